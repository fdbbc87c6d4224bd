"""What ends after its time, and what never does; on the real database, over the real tasks."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from homepot.core.clock import now
from homepot.core.database import Database
from homepot.core.settings import Settings
from homepot.features import FEATURES
from homepot.fleet import forgetting
from homepot.fleet.connectivity import service as connectivity

DAY = timedelta(days=1)


async def run_tasks(db: Database, settings: Settings, moment: datetime) -> None:
    """What the worker does in a night."""
    tasks = [task for feature in FEATURES for task in feature.tasks_of(settings)]
    ours = [task for task in tasks if task.name.endswith(".forget")]
    assert {"events.forget", "commands.forget", "connectivity.forget"} <= {t.name for t in ours}
    for task in ours:
        await task.run(db, moment)


@pytest.fixture
async def till(agent: Any, db: Database) -> tuple[int, int, str]:
    async with db.system() as tx:
        row = await tx.execute(
            text("select tenant_id, id, public_id from devices where public_id = :id"),
            {"id": agent.device_id},
        )
        tenant_id, device_row, public_id = row.one()
    return tenant_id, device_row, public_id


async def write(db: Database, till: tuple[int, int, str], statement: str, **given: Any) -> None:
    async with db.system() as tx:
        await tx.execute(text(statement), {"tenant": till[0], "device": till[1], **given})


async def column(db: Database, statement: str) -> list[Any]:
    async with db.system() as tx:
        return list((await tx.execute(text(statement))).scalars())


_EVENT = (
    "insert into device_events (tenant_id, device_id, kind, at, severity, category, title,"
    " received_at) values (:tenant, :device, 'log', :at, 'info', 'device', :title, :received)"
)
_JOB = (
    "insert into device_jobs (tenant_id, device_id, public_id, action, priority, status,"
    " created_at, updated_at) values (:tenant, :device, :id, 'backup', 'normal', :status, :at, :at)"
)
_COMMAND = (
    "insert into commands (tenant_id, device_id, public_id, command_type, status, issued_by,"
    " created_at, expires_at) values (:tenant, :device, :id, 'ping', :status, 'ada', :at, :at)"
)
_CHANGE = (
    "insert into connectivity_changes (tenant_id, device_id, at, state, previous)"
    " values (:tenant, :device, :at, :state, :previous)"
)


async def test_events_end_when_both_their_times_are_over(
    db: Database, settings: Settings, till: tuple[int, int, str]
) -> None:
    """A device whose clock is years off, and history that was brought in, are not lost at night."""
    here = now()
    old, new = here - 200 * DAY, here - 100 * DAY
    for title, at, received in (
        ("over", old, old),
        ("said with a wrong clock, or brought in", old - 4000 * DAY, new),
        ("new", new, new),
    ):
        await write(db, till, _EVENT, at=at, received=received, title=title)
    await run_tasks(db, settings, here)
    titles = await column(db, "select title from device_events order by id")
    assert titles == ["said with a wrong clock, or brought in", "new"]


async def test_what_is_open_stays_however_old(
    db: Database, settings: Settings, till: tuple[int, int, str]
) -> None:
    here = now()
    for number, (status, days) in enumerate(
        [("running", 900), ("pending", 900), ("completed", 200), ("failed", 10)]
    ):
        await write(db, till, _JOB, id=f"J{number}", status=status, at=here - days * DAY)
    for number, (status, days) in enumerate(
        [("pending", 200), ("expired", 200), ("completed", 200), ("failed", 10)]
    ):
        await write(db, till, _COMMAND, id=f"C{number}", status=status, at=here - days * DAY)
    await run_tasks(db, settings, here)
    assert await column(db, "select status from device_jobs order by id") == [
        "running",
        "pending",
        "failed",
    ]
    assert await column(db, "select status from commands order by id") == ["pending", "failed"]


async def test_the_last_change_before_the_end_still_says_how_things_stood(
    db: Database, settings: Settings, till: tuple[int, int, str]
) -> None:
    here = now()
    for state, previous, days in (
        ("online", "unknown", 400),
        ("offline", "online", 300),
        ("online", "offline", 200),
        ("offline", "online", 50),
    ):
        given = {"state": state, "previous": previous, "at": here - days * DAY}
        await write(db, till, _CHANGE, **given)
    async with db.system() as tx:
        await tx.execute(
            text("insert into server_gaps (from_at, to_at) values (:a, :b), (:c, :d)"),
            {
                "a": here - 301 * DAY,
                "b": here - 300 * DAY,
                "c": here - 21 * DAY,
                "d": here - 20 * DAY,
            },
        )
    window = (here - 90 * DAY, here)
    async with db.tenant(till[0]) as tx:
        before = (await connectivity.history(tx, till[2], *window, here)).uptime
    await run_tasks(db, settings, here)
    async with db.tenant(till[0]) as tx:
        after = (await connectivity.history(tx, till[2], *window, here)).uptime
    assert after == before
    assert after.online_s == 40 * DAY.total_seconds()
    assert await column(db, "select state from connectivity_changes order by id") == [
        "online",
        "offline",
    ]
    assert len(await column(db, "select id from server_gaps")) == 1


async def test_a_lot_ends_in_small_steps(
    db: Database,
    settings: Settings,
    estate: Any,
    till: tuple[int, int, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """More devices than one look takes, more rows than one transaction takes; none is left."""
    monkeypatch.setattr(forgetting, "DEVICES_AT_ONCE", 1)
    monkeypatch.setattr(forgetting, "ROWS_AT_ONCE", 7)
    await estate.agent()
    async with db.system() as tx:
        await tx.execute(
            text(
                "insert into device_events (tenant_id, device_id, kind, at, severity, category,"
                " title, received_at) select d.tenant_id, d.id, 'log', :at, 'info', 'device',"
                " 'over', :at from devices as d, generate_series(1, 30)"
            ),
            {"at": now() - 200 * DAY},
        )
    await run_tasks(db, settings, now())
    assert await column(db, "select id from device_events") == []


async def test_the_owner_says_how_long(
    db: Database, settings: Settings, till: tuple[int, int, str]
) -> None:
    here = now()
    await write(db, till, _EVENT, at=here - 8 * DAY, received=here - 8 * DAY, title="x")
    await run_tasks(db, settings, here)
    assert len(await column(db, "select id from device_events")) == 1
    await run_tasks(db, settings.model_copy(update={"events_kept_days": 7}), here)
    assert await column(db, "select id from device_events") == []


async def test_the_audit_log_is_kept(
    db: Database, settings: Settings, admin: httpx.AsyncClient, till: tuple[int, int, str]
) -> None:
    before = await column(db, "select count(*) from audit_log")
    assert before[0] > 0
    await run_tasks(db, settings, now() + 5000 * DAY)
    assert await column(db, "select count(*) from audit_log") == before


_ANOMALY = (
    "insert into ai_anomaly_logs (tenant_id, device_id, site_id, health_score, status, metrics,"
    " kind, severity, p_value, started_at, detected_at, ended_at, engine_version, generation,"
    " number) select :tenant, :device, site_id, 1, 'healthy', '[]', 'step', 'warning', 0.01, :at,"
    " :at, :ended, '1', 1, :number from devices where id = :device"
)
_HEALTH = (
    "insert into device_health_history (tenant_id, device_id, at, score, status)"
    " values (:tenant, :device, :at, :score, 'healthy')"
)


async def test_what_detection_found_goes_a_time_after_it_was_over(
    db: Database, settings: Settings, till: tuple[int, int, str]
) -> None:
    today = now()
    old = today - (settings.anomalies_kept_days + 2) * DAY
    long_ago, lately = old + DAY, old + 3 * DAY
    for number, ended in enumerate((long_ago, lately, None)):
        await write(db, till, _ANOMALY, at=old, ended=ended, number=number)
    await run_tasks(db, settings, today)
    kept = await column(db, "select number from ai_anomaly_logs order by number")
    assert kept == [1, 2]  # what lasted until lately, and what goes on


async def test_of_old_health_stays_how_it_was_when_the_history_begins(
    db: Database, settings: Settings, till: tuple[int, int, str]
) -> None:
    today = now()
    begin = today - settings.health_kept_days * DAY
    for score, at in ((0.1, begin - 2 * DAY), (0.2, begin - DAY), (0.3, begin + DAY)):
        await write(db, till, _HEALTH, at=at, score=score)
    await run_tasks(db, settings, today)
    kept = await column(db, "select score from device_health_history order by at")
    assert kept == [0.2, 0.3]
