"""Questions about what is on record: connectivity, incidents, and what both cost."""

from datetime import datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from tests.conftest import People
from tests.shops import ask, fleet, store
from tests.watched import recorded_incident

from homepot.core.clock import now
from homepot.core.database import Database
from homepot.telemetry.intake.service import Intake

__all__ = ["fleet"]  # the fixture


async def begin_record(db: Database, device: str, at: datetime) -> None:
    """From this moment on the server saw the device itself."""
    written = text(
        "insert into connectivity_changes (tenant_id, device_id, at, state, previous)"
        " select tenant_id, id, :at, 'online', 'unknown' from devices where public_id = :device"
    )
    async with db.system() as tx:
        await tx.execute(written, {"at": at, "device": device})


async def test_what_lies_before_the_record_is_told_by_the_readings(
    app: FastAPI, db: Database, people: People, viewer: httpx.AsyncClient, fleet: dict[str, str]
) -> None:
    """A device is seen since minutes, every few seconds; of the day before are its readings, one
    in ten minutes, with two hours in which there were none."""
    till, tenant = fleet["Bakery sensor"], await people.tenant()
    until = now() - timedelta(minutes=7)
    history = [until - n * timedelta(minutes=10) for n in range(1, 200) if not 30 <= n < 42]
    seen = [until + n * timedelta(seconds=2) for n in range(200)]
    await store(app.state.process.part(Intake), tenant, [
        {"device_id": till, "timestamp": at.isoformat(), "metrics": {"temperature_celsius": 4.0}}
        for at in [*history, *seen]
    ])  # fmt: skip
    await begin_record(db, till, until)
    away = await ask(viewer, f"how long was {till} offline in the last 24 hours?")
    assert away["result"]["value"] == pytest.approx(7_200, abs=1)
    up = await ask(viewer, f"uptime of {till} in the last 24 hours")
    assert up["result"]["value"] == pytest.approx(100 * 22 / 24, abs=0.01)
    longer = await ask(viewer, "which sensors were offline for more than an hour in the last 24"
                       " hours?")  # fmt: skip
    assert longer["result"]["value"] == [till]
    assert "only" not in away["answer"]


async def test_how_little_is_known_is_said_beside_what_is(
    db: Database, viewer: httpx.AsyncClient, fleet: dict[str, str]
) -> None:
    """Seen since minutes, and no reading of before."""
    sensor = fleet["Harbour sensor"]
    await begin_record(db, sensor, now() - timedelta(minutes=7, seconds=20))
    found = await ask(viewer, f"how long was {sensor} offline in the last 24 hours?")
    assert found["result"]["value"] == 0
    assert "known = only 7 min of 24 h" in found["answer"]


async def test_costs_in_several_currencies_are_told_by_site(
    admin: httpx.AsyncClient, viewer: httpx.AsyncClient, fleet: dict[str, str]
) -> None:
    sites = {one["name"]: one["site_id"] for one in (await admin.get("/api/sites")).json()["items"]}
    for site, currency in (("Bakery shop", "EUR"), ("Harbour shop", "GBP")):
        tariff = {"downtime_cost_per_hour": 60, "visit_cost": 90, "currency": currency}
        path = f"/api/sites/{sites[site]}"
        assert (await admin.patch(path, json={"tariff": tariff})).status_code == 200
    found = await ask(viewer, "what did downtime cost in the last 24 hours?")
    told = {row["label"]: row["unit"] for row in found["result"]["rows"]}
    assert told == {"Bakery shop": "EUR", "Harbour shop": "GBP"}
    assert all(unit in found["answer"] for unit in told.values())
    most = await ask(viewer, "which site had the highest downtime cost in the last 24 hours?")
    assert most["reason"]["why"] == "undefined"


async def test_incidents_are_all_on_record_wherever_they_come_from(
    db: Database, people: People, viewer: httpx.AsyncClient, fleet: dict[str, str]
) -> None:
    """One that is brought in does not make those that were found vanish."""
    found = text(
        "insert into incidents (tenant_id, public_id, site_id, device_id, state, category,"
        " severity, title, description, search, started_at, opened_at, ended_at, changed_at)"
        " select tenant_id, 'INC-' || n, site_id, id, 'closed', 'power', 'warning', 'It was dark',"
        " '', 'dark', :at, :at, :at, :at from devices, generate_series(1, 2) as n"
        " where public_id = :device"
    )
    question = "how many {}incidents in the last 24 hours?"
    async with db.system() as tx:
        at = now() - timedelta(hours=2)
        await tx.execute(found, {"at": at, "device": fleet["Bakery till"]})
    assert (await ask(viewer, question.format("")))["result"]["value"] == 2
    await recorded_incident(people, fleet["Harbour till"])
    for kind, count in (("", 3), ("detected ", 2), ("imported ", 1)):
        told = await ask(viewer, question.format(kind), as_of=now().isoformat())
        assert told["result"]["value"] == count, kind
