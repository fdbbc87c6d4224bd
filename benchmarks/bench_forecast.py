"""Foresight: the hourly look at a whole fleet, and how well it foresees.

The look reads 30 days of hours of 10,000 devices, forecasts every stream that has a limit, tells of
every device how probable a failure is, by a model taught beforehand for each type, and writes down
what it found, with a line of upkeep for each high risk; its peer is the goal, two minutes on one
core. Processor time is of this process alone; the database works in its own, so the whole is told
beside it.

With EVAL_DIR, a folder with `fleet/` and `cmapss/` in the shapes that `homepot evaluate` reads, the
quality is measured too; the peer is the goal.
"""

import asyncio
import os
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
from fleet import build
from report import Row
from sqlalchemy import text
from stage import data_folder
from wearing import worn

from homepot.ai.prediction import evaluation
from homepot.ai.prediction.failing import packed
from homepot.ai.prediction.failures.chances import teach
from homepot.ai.prediction.life import runs
from homepot.ai.prediction.life.model import Life
from homepot.ai.prediction.service import look_at_all
from homepot.ai.prediction.wear.parameters import Parameters
from homepot.core.clock import now
from homepot.core.database import Database
from homepot.core.embedded_postgres import EmbeddedPostgres
from homepot.core.migrate import upgrade
from homepot.telemetry.rollups.service import ROLLUPS
from homepot.telemetry.storage.native import NativeParts
from homepot.telemetry.storage.parts import make_parts
from homepot.telemetry.storage.sets import digest_of

DEVICES = int(os.environ.get("FORECAST_DEVICES", "10000"))
METRICS = ("cpu_percent", "disk_percent", "memory_percent", "network_latency_ms")
DAYS = 30
GOAL_S = 120.0
_SET = text(
    "insert into metric_sets (tenant_id, digest, metrics)"
    " select id, :digest, :metrics from tenants returning id"
)
# Each device at its own level; one in a hundred wears, and the processor has its day.
_HOURS = text(
    """
    insert into device_rollups_1h
    select d.id, h, :set, array_fill(6, array[4]), v.means, v.means,
        array[6 * v.means[1], 6 * v.means[2], 6 * v.means[3], 6 * v.means[4]], v.means
    from devices as d,
        generate_series(date_trunc('hour', now()) - interval '30 days' + :first,
            date_trunc('hour', now()) - interval '30 days' + :beyond - interval '1 hour',
            interval '1 hour') as h,
        lateral (select array[
            20 + 15 * sin(extract(hour from h) / 24 * 6.28) + 4 * random(),
            40 + d.id % 20 + 0.2 * random() + case when d.id % 100 = 0 then greatest(0,
                extract(epoch from h - now() + interval '8 days') / 86400 * 3)::float8 else 0 end,
            50 + 3 * random(), 20 + 5 * random()]::float8[] as means) as v
    """
)
_MODELS = text(
    "insert into ai_failure_models (tenant_id, device_type, learnt_at, basis, failures,"
    " failures_needed, error_7d, error_14d, error_30d, model)"
    " select distinct tenant_id, type, cast(:at as timestamptz), 'trees', 120, 20, 0.02, 0.02,"
    " 0.02, cast(:model as bytea) from devices"
)
_TOLD = text("select count(*) from ai_failure_chances")
GOALS = {"FD001": 10.7, "FD003": 10.1}
OFF_GOALS = {"disk_percent": 0.10, "vibration_mm_s": 0.45}


def run() -> list[Row]:
    with data_folder() as data, EmbeddedPostgres(data).lease() as url:
        upgrade(url)
        asyncio.run(build(url, DEVICES, 1))
        rows = asyncio.run(_look(url))
    folder = os.environ.get("EVAL_DIR")
    return rows + (_quality(Path(folder)) if folder else [])


async def _look(url: str) -> list[Row]:
    database = Database(url)
    try:
        await _fill(database)
        await _teach(database)
        begun, busy = time.perf_counter(), time.process_time()
        found = await look_at_all(database, now())
        whole, own = time.perf_counter() - begun, time.process_time() - busy
        async with database.system() as tx:
            told = (await tx.execute(_TOLD)).one()
    finally:
        await database.close()
    of = f"forecast: {DEVICES:,} devices, {len(METRICS)} metrics"
    return [
        Row(f"{of}, the whole look", whole, "s", "goal", GOAL_S),
        Row(f"{of}, processor time of it", own, "s", "goal", GOAL_S),
        Row(f"{of}, limits foreseen", found, "limits", "devices that wear", DEVICES // 100),
        Row(f"{of}, chances of failure told", told[0], "devices", "there are", DEVICES),
    ]


async def _teach(database: Database) -> None:
    """A model for each type there is, from machines that wore out before."""
    known = worn(3, 120, 180)
    level = np.array([50.0, 50.0]) + 4 * (known.means - [3.0, 45.0])
    limits = np.tile([85.0, 95.0], (known.devices, 1))
    names = ["disk_percent", "memory_percent"]
    days = replace(
        known, metrics=names, means=level.astype(np.float32), above=limits,
        below=np.full_like(limits, np.nan),
    )  # fmt: skip
    model = teach(days)
    assert model is not None
    assert model.trees is not None
    async with database.system() as tx:
        await tx.execute(_MODELS, {"at": now(), "model": packed(model)})


async def _fill(database: Database) -> None:
    days = {(now() - timedelta(days=number)).date() for number in range(DAYS + 1)}
    await make_parts(database.url, [NativeParts(parted) for parted in ROLLUPS], days)
    async with database.system() as tx:
        given = {"digest": digest_of(METRICS), "metrics": list(METRICS)}
        number = (await tx.execute(_SET, given)).scalar_one()
    for day in range(DAYS):
        async with database.system() as tx:
            span = {"first": timedelta(days=day), "beyond": timedelta(days=day + 1)}
            await tx.execute(_HOURS, span | {"set": number})


def _quality(folder: Path) -> list[Row]:
    fleet = evaluation.read(folder / "fleet", {})
    found = evaluation.figures(fleet, evaluation.flagged(fleet, Parameters()))
    rows = [
        Row("forecast: wears foreseen", found["flagged"], "wears", "there are", found["wears"]),
        Row("forecast: other devices", found["other_devices"], "devices", "goal, at most", 1),
    ]
    rows += [
        Row(f"forecast: {name} off by", found[f"off_{name}"], "of the way", "goal", goal)
        for name, goal in OFF_GOALS.items()
        if f"off_{name}" in found
    ]
    for subset, goal in GOALS.items():
        life = Life.taught(runs.read_units(folder / "cmapss", f"train_{subset}"))
        told = runs.told(life, runs.read_units(folder / "cmapss", f"test_{subset}"))
        truth = runs.truth_of(folder / "cmapss", subset)
        figures = runs.figures(told, truth, life)
        rows.append(Row(f"life: {subset}, RMSE, cap 125", figures["rmse"], "cycles", "goal", goal))
        rows.append(Row(f"life: {subset}, covered", figures["covered"], "share", "goal", 0.9))
    return rows
