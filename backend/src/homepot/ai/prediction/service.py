"""Use cases of prediction: look at the whole fleet, tell what is foreseen, keep the schedule."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from homepot.access import audit
from homepot.access.caller import Caller
from homepot.ai.device_memory.patterns import Answer
from homepot.ai.prediction import alike, failing, forewarning, forewarning_store, store
from homepot.ai.prediction.limits import Limit, limits_of
from homepot.ai.prediction.looking import HISTORY_HOURS, Foreseen, Looked, Watched, look
from homepot.ai.prediction.records import (
    PREDICTION,
    DeviceRow,
    Forewarning,
    Known,
    Prediction,
    Term,
)
from homepot.ai.prediction.wear.forecast import HOURS_MIN
from homepot.ai.prediction.wear.parameters import Parameters
from homepot.ai.prediction.words import cost_of, parts_for, what_to_do
from homepot.ai.thresholds import service as thresholds
from homepot.ai.thresholds.logic import Limits, with_limits
from homepot.core import live
from homepot.core.database import Connection, Database
from homepot.core.errors import NotFound
from homepot.core.ids import new_public_id
from homepot.fleet.devices import service as devices
from homepot.fleet.devices.service import Device
from homepot.fleet.forgetting import forget_of_devices
from homepot.fleet.tariffs import service as tariffs
from homepot.fleet.types import service as types
from homepot.fleet.types.logic import DeviceType, TypeMetric
from homepot.telemetry.rollups.hours import hourly_means

# From this chance on that a limit is reached within a fortnight, somebody plans for it.
HIGH_RISK = 0.5
TERMS_MAX = 1_000


@dataclass(frozen=True)
class Outlook:
    """What is foreseen of a device."""

    device: Device
    predictions: Sequence[Prediction]
    known: Known | None
    failure: failing.Prospect
    # what went like each before, by its id
    alike: Mapping[str, Answer]

    @property
    def reached(self) -> list[Limit]:
        return [Limit(**one) for one in self.known.reached] if self.known else []

    @property
    def risk(self) -> float | None:
        """How probable it is that a limit is reached within 14 days, or that it fails; none where
        nobody can know."""
        if self.reached:
            return 1.0
        told = [one.chance_14d for one in self.predictions]
        if self.failure.chance is not None:
            told.append(self.failure.chance.chance_14d)
        elif not self._is_known:
            return None
        return max(told, default=0.0)

    @property
    def _is_known(self) -> bool:
        known = self.known
        return known is not None and known.limited > 0 and known.hours >= known.hours_needed


async def of_device(tx: Connection, device_id: str) -> Outlook:
    device = await devices.find(tx, device_id)
    found = await store.of_device(tx, device.id)
    known = await store.known(tx, device.id)
    looked_at = known.looked_at if known else None
    return Outlook(
        device,
        found,
        known,
        await failing.of_device(tx, device.id, device.type, looked_at),
        await alike.of_predictions(tx, found),
    )


async def of_devices(tx: Connection, device_rows: Collection[int]) -> list[Prediction]:
    """What is open of many devices, the nearest first."""
    return await store.of_devices(tx, device_rows)


async def last_look(tx: Connection) -> datetime | None:
    """When the fleet was looked at last; None where it never was."""
    return await store.last_look(tx)


# -- each hour ----------------------------------------------------------------------------------


async def look_at_all(database: Database, now: datetime, p: Parameters | None = None) -> int:
    """Look at every device of every tenant; how many limits are foreseen to be reached."""
    end = now.replace(minute=0, second=0, microsecond=0)
    watched = await _watched(database)
    metrics = sorted({limit.metric for one in watched for limit in one.limits})
    rows = [one.row for one in watched]
    means = await hourly_means(database, rows, metrics, end, HISTORY_HOURS)
    # numpy holds the interpreter only between its steps: meanwhile the worker goes on
    foreseen, looked = await asyncio.to_thread(look, watched, means, end, p or Parameters())
    of_tenant: dict[int, list[Foreseen]] = {}
    for one in foreseen:
        of_tenant.setdefault(one.tenant_id, []).append(one)
    by_tenant = sorted(looked, key=lambda one: one.tenant_id)
    for tenant_id, some in groupby(by_tenant, key=lambda one: one.tenant_id):
        async with database.tenant(tenant_id) as tx:
            await _keep(tx, tenant_id, of_tenant.get(tenant_id, []), list(some), now)
    await failing.tell(database, watched, means, end, now)
    return len(foreseen)


async def learn_from_failures(database: Database, now: datetime) -> int:
    """What past failures of each type teach; of how many types there is enough of them."""
    return await failing.learn(database, await _watched(database), now)


async def _watched(database: Database) -> list[Watched]:
    async with database.system() as tx:
        rows = await store.devices(tx)
        said = (await thresholds.ladder(tx, {})).limits
    known: dict[tuple[int, str], DeviceType] = {}
    for tenant_id in sorted({one.tenant_id for one in rows}):
        async with database.tenant(tenant_id) as tx:
            known |= {(tenant_id, kind.name): kind for kind in await types.device_types(tx)}
    return [
        Watched(
            one.row, one.tenant_id, one.zone, _limits(one, known, said.get(one.row, {})), one.type
        )
        for one in rows
    ]


def _limits(
    device: DeviceRow, known: Mapping[tuple[int, str], DeviceType], said: Limits
) -> list[Limit]:
    kind = known.get((device.tenant_id, device.type))
    metrics = dict(kind.metrics) if kind else {}
    for name, own in said.items():
        metrics[name] = with_limits(metrics.get(name, TypeMetric(name)), own)
    return limits_of(metrics)


async def _keep(
    tx: Connection, tenant_id: int, foreseen: list[Foreseen], looked: list[Looked], now: datetime
) -> None:
    await store.save(tx, [_row(one) for one in foreseen], now)
    known = [
        {
            "device_id": one.device_row,
            "tenant_id": tenant_id,
            "hours": one.hours,
            "limited": one.limited,
            "reached": [vars(limit) for limit in one.reached],
        }
        for one in looked
    ]
    await store.save_known(tx, known, HOURS_MIN, now)
    reached = [
        {"device_id": one.device_row, "metric": limit.metric, "limit_name": limit.name}
        for one in looked
        for limit in one.reached
    ]
    await store.end(tx, [one.device_row for one in looked], reached, now)
    await store.follow(tx, now)
    await _plan(tx, tenant_id, now)


def _row(one: Foreseen) -> dict[str, Any]:
    return {
        "public_id": new_public_id(PREDICTION, 3),
        "tenant_id": one.tenant_id,
        "device_id": one.device_row,
        "metric": one.limit.metric,
        "limit_name": one.limit.name,
        "limit_value": one.limit.value,
        "unit": one.limit.unit,
        "label": one.limit.label,
        "severity": one.limit.severity,
        "crosses_at": one.crosses_at.isoformat(),
        "lower_at": one.lower_at.isoformat(),
        "upper_at": one.upper_at.isoformat(),
        "chance_7d": one.chances[0],
        "chance_14d": one.chances[1],
        "chance_30d": one.chances[2],
        "level": one.level,
        "growth": one.growth,
        "rate_per_day": one.rate_per_day,
        "onset_at": one.onset_at.isoformat(),
    }


async def _plan(tx: Connection, tenant_id: int, now: datetime) -> None:
    """A line in the schedule for each high risk that has none."""
    found = await store.unplanned(tx, HIGH_RISK)
    if not found:
        return
    book = await tariffs.book(tx)
    rows = []
    for one in found:
        rates = book.rates(one.site_row, one.device_type)
        parts = parts_for(one.metric)
        cost, why = cost_of(rates, with_part=parts is not None)
        rows.append({
            "public_id": new_public_id("TERM", 3),
            "device_id": one.device_row,
            "prediction_id": one.id,
            "what": what_to_do(one),
            "due_at": one.lower,
            "parts": parts,
            "cost": cost,
            "currency": rates.currency if cost is not None else None,
            "cost_why": why,
        })  # fmt: skip
    await store.plan(tx, tenant_id, rows, now)
    news = [
        (tenant_id, "prediction.opened", {"device_id": one.device_id, "metric": one.metric})
        for one in found
    ]
    await live.announce_many(tx, news)


async def forget(database: Database, before: datetime) -> int:
    """What was over before; the number of rows."""
    return await forget_of_devices(database, before, [store.forget, forewarning_store.forget])


# -- the maintenance schedule -------------------------------------------------------------------


async def terms(tx: Connection, state: str | None, site_id: str | None) -> list[Term]:
    return await store.terms(tx, state, site_id, TERMS_MAX)


async def change_term(
    caller: Caller,
    term_id: str,
    state: str | None,
    note: str | None,
    due_at: datetime | None,
    now: datetime,
) -> Term:
    values = {"state": state, "note": note, "due_at": due_at, "now": now}
    await store.change_term(caller.tx, term_id, {**values, "by": caller.actor.name})
    term = await store.term(caller.tx, term_id)
    if term is None:
        raise NotFound(f"There is no line {term_id!r} in the maintenance schedule.")
    said = {name: str(value) for name, value in values.items() if value and name != "now"}
    await audit.record(
        caller, action="maintenance.changed", object_=f"term:{term_id}", details=said
    )
    return term


# -- for alerts ---------------------------------------------------------------------------------


async def likely_to_tell(tx: Connection, most: int) -> list[Forewarning]:
    """Devices that are likely to fail that nobody was told of, and what was told and is over."""
    return await forewarning.to_tell(tx, most)


async def mark_likely_told(tx: Connection, ids: Sequence[int]) -> None:
    await forewarning.mark_told(tx, ids)


async def to_tell(tx: Connection, most: int) -> list[Prediction]:
    """What became a high risk and nobody was told of, and what was told and is over."""
    return await store.to_tell(tx, HIGH_RISK, most)


async def mark_told(tx: Connection, ids: Sequence[int]) -> None:
    await store.mark_told(tx, ids)
