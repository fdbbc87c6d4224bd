"""The chance that a device fails: from incidents and readings to what is told of it."""

import math
from datetime import datetime, timedelta
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from tests.ai.analysed import Past, made, midnight

from homepot.ai.incidents.failing import failures
from homepot.ai.prediction.failures.chances import FAILURES_NEEDED
from homepot.ai.prediction.service import learn_from_failures, look_at_all
from homepot.core.database import Database
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.intake.service import Intake

DAY = timedelta(days=1)
END = midnight(1)
HISTORY, MACHINES = 120, 8


@pytest.fixture
async def past(db: Database, app: FastAPI, operator: httpx.AsyncClient, archive: Archive) -> Past:
    found = Past(db, operator, archive, app.state.process.part(Intake))
    await found.site("MILL", "Europe/Oslo")
    return found


async def failed(past: Past, device: str, at: datetime, **more: Any) -> None:
    """A written-up failure: its record begins when the shaking began, and it was mended at `at`."""
    past.numbers += 1
    given = {
        "tenant": past.tenant, "id": f"INC-{past.numbers:05}", "site": past.site_row,
        "device": past.rows[device], "begin": at - 8 * DAY, "at": at, "severity": "critical",
        "provenance": "imported", "state": "resolved", "resolution": "New bearing", "worked": True,
    } | more  # fmt: skip
    async with past.db.system() as tx:
        await tx.execute(
            text(
                "insert into incidents (tenant_id, public_id, site_id, device_id, state, category,"
                " severity, title, description, search, started_at, opened_at, ended_at,"
                " changed_at, resolution, worked, provenance) values (:tenant, :id, :site,"
                " :device, :state, 'mechanical', :severity, 'Shaking', 'It shook', '', :begin,"
                " :begin, :at, :at, :resolution, :worked, :provenance)"
            ),
            given,
        )


async def told(past: Past, device: str) -> Any:
    return await made(await past.client.get(f"/api/ai/predict/{device}"))


def ends(machine: int) -> list[float]:
    """On which of the days a machine failed; the last one wears just now."""
    random = np.random.default_rng(machine)
    found, at = [], float(random.uniform(5, 30))
    while at < HISTORY - 3:
        found.append(at)
        at += float(random.uniform(22, 38))
    return found


def shaking(machine: int, day: float) -> float:
    ahead = [at - day for at in [*ends(machine), HISTORY + 2.0 if machine == 0 else 999.0]]
    left = min((one for one in ahead if one > 0), default=999.0)
    return 2 + 0.1 * math.sin(7.3 * day + machine) + (max(8 - left, 0) * 0.3)


async def machines(past: Past) -> None:
    """Machines that shook for eight days before each failure; day by day as their rollups lie."""
    begin = END - HISTORY * DAY
    for machine in range(MACHINES):
        name = f"PUMP{machine}"
        await past.device("MILL", name, "industrial_controller")
        times = [begin + (day + 0.4) * DAY for day in range(HISTORY)]
        rows = [
            (at, {"vibration_mm_s": shaking(machine, day + 0.5)}) for day, at in enumerate(times)
        ]
        await past.measure(name, rows)
        for day in ends(machine):
            await failed(past, name, begin + day * DAY)
    await past.roll_up()


async def test_a_machine_that_does_what_others_did_before_they_failed_is_told_so(
    past: Past,
) -> None:
    await machines(past)
    count = sum(len(ends(one)) for one in range(MACHINES))
    assert count >= FAILURES_NEEDED
    before = (await told(past, "PUMP0"))["failure"]
    assert (before["basis"], before["chance_14d"]) == (None, None)
    assert before["words"].startswith("Not learnt yet")

    assert await learn_from_failures(past.db, END) == 1
    await look_at_all(past.db, END)

    wears, well = await told(past, "PUMP0"), await told(past, "PUMP1")
    one, other = wears["failure"], well["failure"]
    assert (one["failures"], one["failures_needed"]) == (count, FAILURES_NEEDED)
    assert one["basis"] == "trees"
    assert max(one["error_7d"], one["error_14d"], one["error_30d"]) < 0.08
    assert one["chance_7d"] <= one["chance_14d"] <= one["chance_30d"]
    assert one["chance_7d"] > 2 * other["chance_7d"]
    assert wears["risk_score"] >= one["chance_14d"]
    assert any("Vibration" in words for words in one["reasons"])
    assert f"Learnt from {count} failures" in one["words"]
    ahead = await made(await past.client.get("/api/ai/predictions?within_days=7"))
    first = ahead["failing"][0]
    assert (first["device_id"], first["chance"]) == ("PUMP0", one["chance_7d"])
    assert first["basis_words"].startswith(f"from {count} failures of this type, calibrated to ±")
    # What is likelier than not is told, and planned for before a failure is as likely as that.
    assert first["prediction_id"] == one["forewarning"]["prediction_id"]
    terms = (await made(await past.client.get("/api/ai/maintenance")))["items"]
    ahead = await made(await past.client.get("/api/ai/predictions?within_days=14"))
    likely = {one["device_id"] for one in ahead["failing"] if one["chance"] >= 0.5}
    assert {term["device_id"] for term in terms} == likely


async def test_with_too_few_failures_limits_alone_are_foreseen(past: Past) -> None:
    await past.device("MILL", "PUMP", "industrial_controller")
    for day in (50, 30, 10):
        await failed(past, "PUMP", END - day * DAY)
    assert await learn_from_failures(past.db, END) == 0
    await look_at_all(past.db, END)
    answer = await told(past, "PUMP")
    one = answer["failure"]
    assert one["words"].startswith("3 of 20 failures of this type (industrial_controller)")
    assert (one["basis"], one["failures"], one["chance_30d"]) == ("few", 3, None)
    assert answer["risk_score"] is None


async def test_a_failure_is_what_was_critical_and_known_by_then(past: Past) -> None:
    """What somebody set right before it failed is none, and neither is what was normal."""
    await past.device("MILL", "PUMP", "industrial_controller")
    await failed(past, "PUMP", END - 9 * DAY)
    await failed(past, "PUMP", END - 7 * DAY, severity="warning")
    await failed(past, "PUMP", END - 5 * DAY, state="normal")
    await failed(past, "PUMP", END + DAY)
    # One that was found counts from when it was critical, not from its first sign.
    await failed(past, "PUMP", END - DAY, provenance="detected", severity="critical")
    async with past.db.system() as tx:
        await tx.execute(
            text(
                "insert into incident_history (tenant_id, incident_id, at, what, state, severity,"
                " actor_kind, actor_name) select tenant_id, id, cast(:at as timestamptz), 'worse',"
                " 'open', 'critical', 'system', 'HOMEPOT' from incidents"
                " where provenance = 'detected'"
            ),
            {"at": END - 4 * DAY},
        )
    async with past.db.tenant(past.tenant) as tx:
        found = await failures(tx, END - 30 * DAY, END)
    assert [(one.failed_at, one.over_at) for one in found] == [
        (END - 9 * DAY, END - 9 * DAY),
        (None, END - 7 * DAY),
        (END - 4 * DAY, END - DAY),
    ]
    async with past.db.tenant(past.tenant) as tx:
        early = await failures(tx, END - 30 * DAY, END - 8 * DAY)
    assert [one.failed_at for one in early] == [END - 9 * DAY]


async def test_what_befell_later_changes_no_earlier_chance(past: Past) -> None:
    await machines(past)
    await learn_from_failures(past.db, END)
    await look_at_all(past.db, END)
    first = [(await told(past, f"PUMP{one}"))["failure"] for one in range(MACHINES)]
    times = [END + hour * timedelta(hours=1) for hour in range(1, 20)]
    for machine in range(MACHINES):
        name = f"PUMP{machine}"
        await past.measure(name, [(at, {"vibration_mm_s": 30.0}) for at in times])
        await failed(past, name, END + 0.5 * DAY)
    await past.roll_up()
    await learn_from_failures(past.db, END)
    await look_at_all(past.db, END)
    again = [(await told(past, f"PUMP{one}"))["failure"] for one in range(MACHINES)]
    assert again == first
