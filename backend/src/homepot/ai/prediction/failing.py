"""Use cases of the chance of a failure: learn from past ones each night, tell it each hour."""

import asyncio
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from homepot.ai.incidents.failing import Failed, failures
from homepot.ai.prediction import failing_store as store
from homepot.ai.prediction import forewarning
from homepot.ai.prediction.boosting import ModelAway
from homepot.ai.prediction.failures.calibration import Scale
from homepot.ai.prediction.failures.chances import (
    DEVICES_NEEDED,
    FAILURES_NEEDED,
    Measured,
    Model,
    Parameters,
    chances,
    known_days,
    teach,
)
from homepot.ai.prediction.failures.days import DAYS, PAST_DAYS, Days, Failure
from homepot.ai.prediction.failures.limited import nearest_limits
from homepot.ai.prediction.looking import Means, Watched
from homepot.ai.prediction.records import Chance, Failing, Forewarning, Learnt, OfType
from homepot.ai.prediction.words import reason
from homepot.core.database import Connection, Database
from homepot.core.log import get_logger
from homepot.telemetry.rollups.hours import daily_means

log = get_logger(__name__)

HISTORY_DAYS = 365
DEVICES_MAX = 3_000  # of one type; more of them teach nothing new, and these are drawn by lot
# Chances that were further off than this on devices left out are not told.
ERROR_MAX = 0.08
DAYS_NEEDED = 7
AHEAD_MAX = 500
TYPES_MAX = 200
_DAY = timedelta(days=1)
_DAY_S = 86_400.0


@dataclass(frozen=True)
class Prospect:
    """How probable a failure of a device is, and what that rests on."""

    learnt: Learnt | None
    chance: Chance | None
    # that it is likely to fail, or what came of that lately
    forewarning: Forewarning | None = None


async def of_device(
    tx: Connection, device_row: int, kind: str, looked_at: datetime | None
) -> Prospect:
    """As of the last look; None where nobody looked yet."""
    return Prospect(
        await store.learnt(tx, kind),
        await store.chance(tx, device_row),
        await forewarning.of_device(tx, device_row, looked_at) if looked_at else None,
    )


async def of_devices(
    tx: Connection, device_rows: Sequence[int]
) -> dict[int, tuple[float, float, float]]:
    """Chances within 7, 14 and 30 days, of those devices that any is told of."""
    return await store.chances(tx, device_rows)


async def types(tx: Connection, site_id: str | None) -> list[OfType]:
    """How far past failures of each type have taught."""
    return await store.types(tx, site_id, FAILURES_NEEDED, TYPES_MAX)


async def ahead(tx: Connection, site_id: str | None, chance: float) -> list[Failing]:
    """Who is likely to fail by what their own days did, the likeliest first."""
    return await store.ahead(tx, site_id, chance, AHEAD_MAX)


# -- each night -----------------------------------------------------------------------------------


async def learn(
    database: Database, watched: Sequence[Watched], now: datetime, p: Parameters | None = None
) -> int:
    """From what befell the devices of each type, as it is known now; how many types were learnt."""
    end = now.replace(hour=0, minute=0, second=0, microsecond=0)
    taught = 0
    for tenant_id in sorted({one.tenant_id for one in watched}):
        mine = [one for one in watched if one.tenant_id == tenant_id]
        async with database.tenant(tenant_id) as tx:
            known = await failures(tx, end - HISTORY_DAYS * _DAY, end)
        kinds = sorted({one.type for one in mine})
        for kind in kinds:
            own = [one for one in mine if one.type == kind]
            rows = {one.row for one in own}
            row = await _learnt(database, own, [o for o in known if o.device_row in rows], end, p)
            taught += row["basis"] != "few"
            async with database.tenant(tenant_id) as tx:
                given = {"tenant_id": tenant_id, "device_type": kind, "learnt_at": now}
                await store.save_model(tx, row | given)
        async with database.tenant(tenant_id) as tx:
            await store.forget_models(tx, tenant_id, kinds)
    return taught


async def _learnt(
    database: Database,
    watched: Sequence[Watched],
    known: Sequence[Failed],
    end: datetime,
    p: Parameters | None,
) -> dict[str, Any]:
    failed = [one for one in known if one.failed_at is not None]
    out: dict[str, Any] = {"basis": "few", "failures": len(failed), "model": None}
    out |= {"failures_needed": FAILURES_NEEDED}
    out |= {"error_7d": None, "error_14d": None, "error_30d": None}
    if len(failed) < FAILURES_NEEDED or len({one.device_row for one in failed}) < DEVICES_NEEDED:
        return out
    own = _drawn(watched)
    metrics = _metrics(own)
    means = await daily_means(database, [one.row for one in own], metrics, end, HISTORY_DAYS)
    table = np.stack([means[name] for name in metrics], axis=2)
    days = _days(own, metrics, table, known, end - HISTORY_DAYS * _DAY)
    try:
        model = await asyncio.to_thread(teach, days, p)
    except ModelAway as away:
        log.warning(str(away), action="prediction.no_trees")
        return out
    if model is None:
        return out
    errors = model.measured.errors
    out |= dict(zip(("error_7d", "error_14d", "error_30d"), errors, strict=True))
    # What is off on one horizon is not told on the others either: they are one course.
    told = "trees" if model.trees else "rate"
    return out | {"basis": told if max(errors) < ERROR_MAX else "unsure", "model": packed(model)}


def _drawn(watched: Sequence[Watched]) -> list[Watched]:
    if len(watched) <= DEVICES_MAX:
        return list(watched)
    lots = np.random.default_rng(0).permutation(len(watched))[:DEVICES_MAX]
    return [watched[place] for place in sorted(lots.tolist())]


def _metrics(watched: Sequence[Watched]) -> list[str]:
    return sorted({limit.metric for one in watched for limit in one.limits})


def _days(
    watched: Sequence[Watched],
    metrics: Sequence[str],
    table: Any,
    known: Sequence[Failed],
    begin: datetime,
) -> Days:
    place = {one.row: number for number, one in enumerate(watched)}

    def day(at: datetime) -> float:
        return (at - begin).total_seconds() / _DAY_S

    mine = [one for one in known if one.device_row in place]
    failed = [
        Failure(place[one.device_row], day(one.failed_at), day(one.over_at))
        for one in mine
        if one.failed_at is not None
    ]
    mends = [(place[one.device_row], day(one.over_at)) for one in mine if one.failed_at is None]
    above, below = nearest_limits([one.limits for one in watched], metrics)
    return Days(metrics, table, above, below, failed, mends)


# -- each hour ------------------------------------------------------------------------------------


async def tell(
    database: Database, watched: Sequence[Watched], means: Means, end: datetime, now: datetime
) -> None:
    """Renew the chance of every device whose type has taught something; `means` are hours."""
    async with database.system() as tx:
        models = await store.models(tx)
    for tenant_id in sorted({one.tenant_id for one in watched}):
        mine = [(place, one) for place, one in enumerate(watched) if one.tenant_id == tenant_id]
        rows: list[dict[str, Any]] = []
        known: list[Failed] = []
        kinds = sorted({kind for tenant, kind in models if tenant == tenant_id})
        if kinds:
            async with database.tenant(tenant_id) as tx:
                known = await failures(tx, end - (DAYS + PAST_DAYS) * _DAY, end)
        for kind in kinds:
            own = [(place, one) for place, one in mine if one.type == kind]
            model = unpacked(models[tenant_id, kind])
            try:
                rows += await asyncio.to_thread(_told, model, own, means, known, end)
            except ModelAway as away:
                log.warning(str(away), action="prediction.no_trees")
        failed: dict[int, datetime] = {}
        for one in known:
            if one.failed_at is not None:
                before = failed.get(one.device_row, one.failed_at)
                failed[one.device_row] = max(before, one.failed_at)
        telling = {one.row: one.type in kinds for _, one in mine}
        async with database.tenant(tenant_id) as tx:
            await store.save_chances(tx, tenant_id, rows, now)
            await forewarning.keep(tx, tenant_id, rows, failed, telling, now)


def _told(
    model: Model,
    own: Sequence[tuple[int, Watched]],
    means: Means,
    known: Sequence[Failed],
    end: datetime,
) -> list[dict[str, Any]]:
    if not own:
        return []
    places, watched = [place for place, _ in own], [one for _, one in own]
    table = np.stack([_days_of(means.get(name), places) for name in model.metrics], axis=2)
    days = _days(watched, model.metrics, table, known, end - DAYS * _DAY)
    found, reasons = chances(model, days, DAYS - 1)
    seen = known_days(days, DAYS - 1)
    labels = {limit.metric: limit.label for one in watched for limit in one.limits}
    failed = {one.device for one in days.failures if one.end >= DAYS}
    return [
        {
            "device_id": one.row,
            "basis": "trees" if model.trees else "rate",
            "chance_7d": float(found[place, 0]),
            "chance_14d": float(found[place, 1]),
            "chance_30d": float(found[place, 2]),
            "metric": next((name.rpartition(":")[0] or None for name in reasons[place]), None),
            "reasons": [reason(name, labels) for name in reasons[place]],
        }
        for place, one in enumerate(watched)
        # What has failed is no prediction, and of a few days nothing is said.
        if place not in failed and seen[place] >= DAYS_NEEDED
    ]


def _days_of(hours: Any, places: Sequence[int]) -> Any:
    """Means of days that end now; not a number where no hour of one is known."""
    if hours is None:
        return np.full((len(places), DAYS), np.nan, np.float32)
    late = hours[places][:, -DAYS * 24 :].reshape(len(places), DAYS, 24)
    known = np.isfinite(late)
    count = known.sum(axis=2)
    total = np.where(known, late, 0).sum(axis=2, dtype=np.float64)
    return np.where(count >= 1, total / np.maximum(count, 1), np.nan).astype(np.float32)


# -- kept ---------------------------------------------------------------------------------------


def packed(model: Model) -> bytes:
    return zlib.compress(json.dumps(asdict(model)).encode())


def unpacked(content: bytes) -> Model:
    said: Mapping[str, Any] = json.loads(zlib.decompress(content))
    measured = said["measured"]
    first, second, third = measured["errors"]
    one, two, three = said["rates"]
    return Model(
        said["metrics"], (one, two, three), [Scale(**each) for each in said["scales"]],
        said["trees"], Measured(**{**measured, "errors": (first, second, third)}),
    )  # fmt: skip
