"""What is remembered of devices, while they change."""

from datetime import UTC, datetime
from typing import Any

import pytest

from homepot.core.database import Database
from homepot.core.live import LiveEvent
from homepot.core.tables import tenants
from homepot.fleet.devices import service as devices
from homepot.telemetry.intake.directory import Directory

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
async def tenant(db: Database) -> int:
    async with db.system() as tx:
        made = await tx.execute(tenants.insert().values(name="Harbour").returning(tenants.c.id))
        number: int = made.scalar_one()
        return number


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The device ids that the database was asked for, each time."""
    calls: list[list[str]] = []

    async def at_work(_tx: Any, device_ids: list[str]) -> dict[str, int]:
        calls.append(list(device_ids))
        return {device_id: 7 for device_id in device_ids if device_id != "stranger"}

    monkeypatch.setattr(devices, "at_work", at_work)
    return calls


def changed(tenant: int, device_id: str) -> LiveEvent:
    return LiveEvent(1, "1", tenant, "device.changed", {"device_id": device_id}, NOW)


async def test_what_was_found_is_asked_once_and_strangers_again(
    db: Database, tenant: int, asked: list[list[str]]
) -> None:
    directory = Directory(db)
    for _ in range(2):
        assert await directory.numbers(tenant, ["a", "b", "stranger"]) == {"a": 7, "b": 7}
    assert asked == [["a", "b", "stranger"], ["stranger"]]


async def test_a_device_that_changed_is_asked_again(
    db: Database, tenant: int, asked: list[list[str]]
) -> None:
    directory = Directory(db)
    await directory.numbers(tenant, ["a", "b"])
    directory.hear(changed(tenant, "a"))
    await directory.numbers(tenant, ["a", "b"])
    assert asked == [["a", "b"], ["a"]]


async def test_a_change_heard_while_we_ask_neither_loses_the_device_nor_is_forgotten(
    db: Database, tenant: int, asked: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = Directory(db)
    ask = devices.at_work

    async def while_it_changes(tx: Any, device_ids: list[str]) -> dict[str, int]:
        found = await ask(tx, device_ids)
        directory.hear(changed(tenant, "a"))
        return found

    monkeypatch.setattr(devices, "at_work", while_it_changes)
    assert await directory.numbers(tenant, ["a"]) == {"a": 7}
    await directory.numbers(tenant, ["a"])
    assert asked == [["a"], ["a"]]
