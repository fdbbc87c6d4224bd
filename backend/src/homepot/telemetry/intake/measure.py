"""Whether what is sent is in the units the registry knows; what is not is turned away."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime

import numpy as np

from homepot.core.database import Database
from homepot.core.live import LiveEvent
from homepot.core.process import Process
from homepot.fleet.devices import service as devices
from homepot.fleet.events import service as events
from homepot.fleet.events.service import Notice
from homepot.fleet.types import service as types
from homepot.telemetry.intake.batch import Batch
from homepot.telemetry.intake.units import measured_in, spelled

# A change of a metric is heard of within milliseconds; this is for the time a connection is lost.
REMEMBERED_S = 30.0
# So many devices of one request are told of in their history.
NOTICED_MAX = 200
TOLD_MAX = 50_000


class Measures:
    """The units of metrics, by tenant, as far as they were asked for."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[int, dict[str, str]] = {}
        self._fresh_until_s = 0.0
        self._changes = 0
        # What was told today; a matter of speed alone, the database keeps it once.
        self._told: set[tuple[object, ...]] = set()

    def hear(self, event: LiveEvent) -> None:
        if event.kind == "metric.changed":
            self._changes += 1
            self._known.pop(event.tenant_id, None)

    async def checked(self, tenant_id: int, batch: Batch, now: datetime) -> Batch:
        """The same without readings in another unit than the one their metric is known in."""
        if not batch.units or len(batch) == 0:
            return batch
        reported = set(batch.reported())
        said = {name: unit for name, unit in batch.units.items() if name in reported}
        if not said:
            return batch
        known = await self._units(tenant_id, said, now)
        other = {name: unit for name, unit in said.items() if known[name] != unit}
        told: dict[str, set[str]] = {}
        for name, unit in other.items():
            rows = ~np.isnan(batch.values[:, list(batch.metrics).index(name)])
            places = np.unique(batch.device[rows]).tolist()
            told[name] = {batch.devices[place] for place in places}
            batch = batch.rejecting(rows, f"{name} {measured_in(known[name])} here, not in {unit}")
        if any(told.values()):
            await self._notice(tenant_id, told, known, said, now)
        return batch

    async def _units(
        self, tenant_id: int, said: Mapping[str, str], now: datetime
    ) -> Mapping[str, str]:
        if time.monotonic() > self._fresh_until_s:
            self._known.clear()
            self._fresh_until_s = time.monotonic() + REMEMBERED_S
        known = self._known.get(tenant_id, {})
        if all(known.get(name) == unit for name, unit in said.items()):
            return known
        changes = self._changes
        async with self._database.tenant(tenant_id) as tx:
            found = await types.units(tx, tenant_id, said, now)
        asked = {name: spelled(unit) for name, unit in found.items()}
        # What was read while a metric changed may be older than the change: not remembered.
        if changes == self._changes:
            self._known.setdefault(tenant_id, {}).update(asked)
        return asked

    async def _notice(
        self,
        tenant_id: int,
        told: Mapping[str, set[str]],
        known: Mapping[str, str],
        said: Mapping[str, str],
        now: datetime,
    ) -> None:
        """In the history of each device, once a day for each metric and unit."""
        if len(self._told) > TOLD_MAX:
            self._told.clear()
        async with self._database.tenant(tenant_id) as tx:
            # In one order for all, so that two requests cannot wait for each other.
            for name, sent_by in sorted(told.items()):
                unit = said[name]
                day = (tenant_id, name, unit, now.date())
                new = [device_id for device_id in sent_by if (*day, device_id) not in self._told]
                rows = await devices.at_work(tx, sorted(new)[:NOTICED_MAX])
                noticed = Notice(
                    "warning",
                    f"{name} sent in another unit",
                    f"Readings of {name} came in {unit}. It {measured_in(known[name])} here, so"
                    " they were not stored.",
                    {"metric": name, "unit": known[name], "unit_sent": unit},
                    once=f"unit {name} {unit} {now.date()}",
                )
                for public_id, row in sorted(rows.items(), key=lambda one: one[1]):
                    await events.notice(tx, tenant_id, row, public_id, noticed, now)
                self._told.update((*day, device_id) for device_id in rows)


@asynccontextmanager
async def running(process: Process) -> AsyncIterator[Measures]:
    measures = Measures(process.database)
    process.feed.on_event(measures.hear)
    yield measures
