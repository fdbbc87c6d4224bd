"""For all tests."""

from __future__ import annotations

import pytest

from homepot_agent import files


@pytest.fixture(autouse=True, scope="session")
def quick_disk() -> None:
    """Let no test wait for the medium: a crash is played by cutting files, not by their cache."""
    files.sync_file = lambda handle: None
    files.sync_folder = lambda folder: None
