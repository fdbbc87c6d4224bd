"""Connectivity over the real application and database; time is an argument, nobody waits."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from homepot.core.clock import now
from homepot.core.database import Database
from homepot.fleet.connectivity import service
from homepot.fleet.connectivity.jobs import Presence, beat, sweep
from homepot.fleet.connectivity.service import Word


class Heard:
    """A device of the tenant, spoken for at times of the test's choosing."""

    def __init__(self, db: Database, tenant_id: int, row: int, device_id: str) -> None:
        self._db = db
        self.tenant_id = tenant_id
        self.row = row
        self.device_id = device_id

    async def at(self, moment: datetime, **word: Any) -> None:
        async with self._db.tenant(self.tenant_id) as tx:
            await service.heard(
                tx, self.tenant_id, self.row, self.device_id, Word(moment, 120, **word)
            )

    async def state(self) -> Any:
        async with self._db.tenant(self.tenant_id) as tx:
            return await service.state(tx, self.row)

    async def changes(self) -> list[tuple[str, datetime]]:
        async with self._db.system() as tx:
            rows = await tx.execute(
                text(
                    "select state, at from connectivity_changes where device_id = :row order by id"
                ),
                {"row": self.row},
            )
            return [(state, at) for state, at in rows]


async def row_of(db: Database, device_id: str) -> tuple[int, int]:
    async with db.system() as tx:
        rows = await tx.execute(
            text("select tenant_id, id from devices where public_id = :id"), {"id": device_id}
        )
        tenant_id, row = rows.one()
        return tenant_id, row


@pytest.fixture
async def till(agent: Any, db: Database) -> Heard:
    return Heard(db, *await row_of(db, agent.device_id), agent.device_id)


@pytest.fixture
async def start(db: Database, app: FastAPI) -> datetime:
    """The server has been at work up to this moment; from here on the test says when it is."""
    await app.state.process.part(Presence).leave()
    moment = now()
    await round_at(db, moment)
    return moment


async def round_at(db: Database, moment: datetime) -> None:
    """Both parts of the server are at work at this moment."""
    await beat(db, moment)
    await sweep(db, moment)


async def beat_until(db: Database, start: datetime, seconds: float) -> datetime:
    """The sweep goes round every twenty seconds; the moment of the last."""
    moment = start
    while moment < start + timedelta(seconds=seconds):
        moment = min(moment + timedelta(seconds=20), start + timedelta(seconds=seconds))
        await round_at(db, moment)
    return moment


def after(start: datetime, seconds: float) -> datetime:
    return start + timedelta(seconds=seconds)


async def test_unknown_online_offline_online(till: Heard, db: Database, start: datetime) -> None:
    assert (await till.state()).connectivity == "unknown"
    await till.at(after(start, 1))
    assert (await till.state()).connectivity == "online"
    await beat_until(db, start, 120.5)
    assert (await till.state()).connectivity == "online"
    await beat_until(db, after(start, 120.5), 1)
    state = await till.state()
    assert (state.connectivity, state.last_seen_at) == ("offline", after(start, 1))
    await till.at(after(start, 200))
    assert await till.changes() == [
        ("online", after(start, 1)),
        ("offline", after(start, 121)),
        ("online", after(start, 200)),
    ]


async def test_a_word_that_changes_nothing_writes_no_history(till: Heard, start: datetime) -> None:
    for second in range(10):
        await till.at(after(start, second))
    assert len(await till.changes()) == 1
    assert (await till.state()).silent_after == after(start, 9 + 120)


async def test_a_late_word_moves_nothing_back(till: Heard, start: datetime) -> None:
    await till.at(after(start, 50), heartbeat=True)
    await till.at(after(start, 10), heartbeat=True)
    state = await till.state()
    assert state.last_seen_at == state.last_heartbeat_at == after(start, 50)
    assert state.silent_after == after(start, 170)


async def test_a_device_that_reports_seldom_gets_its_own_deadline(
    till: Heard, start: datetime
) -> None:
    await till.at(start, collection_interval_s=600)
    await till.at(after(start, 1), heartbeat=True)
    assert (await till.state()).silent_after == after(start, 1 + 2400)
    await till.at(after(start, 2), collection_interval_s=10)
    assert (await till.state()).silent_after == after(start, 2 + 120)


async def test_two_sweeps_at_once_declare_once(till: Heard, db: Database, start: datetime) -> None:
    await till.at(start)
    later = await beat_until(db, start, 119)
    await asyncio.gather(*(sweep(db, after(later, 2)) for _ in range(6)))
    assert [state for state, _ in await till.changes()] == ["online", "offline"]


async def test_changes_are_announced_to_their_own_tenant(
    till: Heard, db: Database, start: datetime
) -> None:
    await till.at(start)
    await beat_until(db, start, 125)
    async with db.system() as tx:
        rows = await tx.execute(
            text(
                "select tenant_id, data->>'connectivity' from live_events"
                " where kind = 'device.changed' and data ? 'connectivity' order by id"
            )
        )
        assert rows.all() == [(till.tenant_id, "online"), (till.tenant_id, "offline")]


async def test_after_the_servers_own_absence_devices_get_their_full_time(
    till: Heard, db: Database, start: datetime, admin: httpx.AsyncClient
) -> None:
    """The server was away for the last hour: nobody is offline for that, and nobody was up."""
    gone = after(start, -3700)
    async with db.system() as tx:
        await tx.execute(text("update server_presence set seen_at = :at"), {"at": after(gone, 5)})
    await till.at(gone)
    await round_at(db, start)
    state = await till.state()
    assert (state.connectivity, state.silent_after) == ("online", after(start, 120))
    await beat_until(db, start, 119)
    assert (await till.state()).connectivity == "online"
    await beat_until(db, after(start, 119), 2)
    assert await till.changes() == [("online", gone), ("offline", after(start, 120))]
    async with db.tenant(till.tenant_id) as tx:
        found = await service.history(tx, till.device_id, gone, start, start)
    assert found.uptime.online_s == pytest.approx(5)
    assert found.uptime.unknown_s == pytest.approx(3695)
    assert found.uptime.offline_s == 0
    shown = await admin.get(f"/api/devices/{till.device_id}/connectivity")
    assert len(shown.json()["server_gaps"]) == 1


async def test_absences_one_after_another_do_not_add_up(
    till: Heard, db: Database, start: datetime
) -> None:
    await till.at(start)
    for restart in range(1, 5):
        await round_at(db, after(start, 100 * restart))
    assert (await till.state()).silent_after == after(start, 400 + 120)


async def test_while_nobody_listens_nobody_is_silent(
    till: Heard, db: Database, start: datetime
) -> None:
    """The web application is away while the worker goes on."""
    await till.at(start)
    for second in range(20, 401, 20):
        await sweep(db, after(start, second))
    assert (await till.state()).connectivity == "online"
    await beat(db, after(start, 400))
    assert (await till.state()).silent_after == after(start, 400 + 120)
    await beat_until(db, after(start, 400), 119)
    assert (await till.state()).connectivity == "online"
    await beat_until(db, after(start, 519), 2)
    assert (await till.state()).connectivity == "offline"
    async with db.tenant(till.tenant_id) as tx:
        end = after(start, 500)
        found = await service.history(tx, till.device_id, start, end, end)
    assert (found.uptime.online_s, found.uptime.unknown_s) == (100, 400)


async def test_the_history_over_http(
    till: Heard, db: Database, app: FastAPI, admin: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    await app.state.process.part(Presence).leave()
    async with db.system() as tx:
        await tx.execute(text("update server_presence set seen_at = to_timestamp(0)"))
    base = now() - timedelta(hours=1)
    await round_at(db, base)
    await till.at(base)
    await beat_until(db, base, 600)
    await till.at(after(base, 1200))
    path = f"/api/devices/{till.device_id}/connectivity"
    window = {"from": base.isoformat(), "to": after(base, 1800).isoformat()}
    body = (await admin.get(path, params=window)).json()
    assert [one["state"] for one in body["items"]] == ["online", "offline", "online"]
    assert body["connectivity"] == "online"
    assert body["uptime"]["online_s"] == pytest.approx(120 + 600)
    assert body["uptime"]["offline_s"] == pytest.approx(1080)
    assert body["uptime"]["online_ratio"] == pytest.approx(720 / 1800)
    assert (await admin.get(path)).status_code == 200
    backwards = {"from": window["to"], "to": window["from"]}
    assert (await admin.get(path, params=backwards)).status_code == 422
    assert (await admin.get(path, params={"from": "2001-01-01T00:00:00Z"})).status_code == 422
    assert (await stranger.get(path)).status_code == 404


async def test_a_wrong_clock_is_noticed_and_counts_for_nothing(
    agent: Any, till: Heard, admin: httpx.AsyncClient
) -> None:
    ahead = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    answer = await agent.tell("/agent/heartbeat", timestamp=ahead)
    assert answer.status_code == 200
    state = await till.state()
    assert state.last_seen_at is not None
    assert abs((state.last_seen_at - now()).total_seconds()) < 60
    body = (await admin.get(f"/api/devices/{agent.device_id}/connectivity")).json()
    assert body["clock_skew_s"] == pytest.approx(3600, abs=60)
    assert body["clock_is_wrong"] is True
    right = (datetime.now(UTC) + timedelta(hours=1, seconds=5)).isoformat()
    await agent.tell("/agent/heartbeat", timestamp=right)
    late = (datetime.now(UTC) - timedelta(hours=3)).isoformat()
    await agent.tell("/agent/heartbeat", timestamp=late)
    assert (await till.state()).clock_skew_s == pytest.approx(3600, abs=60)


async def test_asking_how_it_stands_does_not_make_a_device_online(agent: Any, till: Heard) -> None:
    for path in ("status", "metrics"):
        await agent.get(f"/agent/{agent.device_id}/{path}")
    await agent.get(f"/devices/device/{agent.device_id}/permissions")
    assert (await till.state()).connectivity == "unknown"
    await agent.get("/devices/pending")
    assert (await till.state()).connectivity == "online"


async def test_the_state_at_read_needs_no_sweep(agent: Any, till: Heard) -> None:
    await till.at(now() - timedelta(seconds=300))
    body = (await agent.get(f"/agent/{agent.device_id}/status")).json()["data"]
    assert body["connectivity_state"] == "offline"
