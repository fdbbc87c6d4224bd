"""A product that runs, with readings in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import psycopg
import pytest
from chaos import stored
from chaos.ledger import Saying
from chaos.sender import Job, Sender
from chaos.stage import Admin, House, folder_of_its_own, until

from homepot.core.embedded_postgres import EmbeddedPostgres

STEPS = 60


@dataclass
class Filled:
    """What was said, and where it is stored."""

    said: list[Saying]
    connection: psycopg.Connection[Any]
    reader: stored.Reader


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    with folder_of_its_own() as path:
        yield path


@pytest.fixture(scope="session")
def filled(folder: Path) -> Iterator[Filled]:
    data = folder / "data"
    data.mkdir(mode=0o711)
    house = House(data, folder / "said.log")
    try:
        house.start()
        until(lambda: "one-time password: " in house.said.read_text(), "the greeting")
        admin = Admin(house)
        said = _send(admin, house, folder)
        with (
            EmbeddedPostgres(data).lease() as url,
            stored.opened(url) as connection,
        ):
            house.kill_part("worker")  # it makes up for what is missing when it comes again
            until(lambda: stored.behind(connection) == 0, "what follows is made")
            reader = stored.Reader(house.url, admin.token)
            yield Filled(said, connection, reader)
            reader.close()
        admin.http.close()
    finally:
        house.stop()
        house.remove()


def _send(admin: Admin, house: House, folder: Path) -> list[Saying]:
    job = Job(
        way="columns",
        port=house.port,
        devices=[admin.device(f"device {n}")[0] for n in range(3)],
        headers={"Authorization": f"Bearer {admin.token}"},
        ledger=str(folder / "one.ledger"),
        seed=1,
        pause_s=0.0,
    )
    sender = Sender(job, Event())
    for _ in range(STEPS):
        sender.step()
    sender.stop.set()
    sender.run()
    return sender.ledger.sayings
