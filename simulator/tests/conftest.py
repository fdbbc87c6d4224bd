import logging
from collections.abc import Iterator

import pytest

from stage import Clock
from stub_server import StubServer


@pytest.fixture
def stub() -> Iterator[StubServer]:
    with StubServer() as server:
        server.kept.site_keys["key-one"] = "SITE-ONE"
        yield server


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def _loud(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="homepot_simulator")
