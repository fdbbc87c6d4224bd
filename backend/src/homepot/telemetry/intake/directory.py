"""Which row of the database a device id stands for, remembered: every batch asks it of all."""

import itertools
import time
from collections import Counter
from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from homepot.core.clock import now
from homepot.core.database import Database
from homepot.core.live import LiveEvent
from homepot.fleet.devices import service as devices
from homepot.fleet.types import service as types
from homepot.telemetry.intake.batch import Batch
from homepot.telemetry.intake.durations import Durations

# A change of a device is heard of within milliseconds; this is for the time a connection is lost.
REMEMBERED_S = 30.0


class Directory:
    """Devices at work and metrics known, by tenant. Only what was found is remembered."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._devices: dict[int, dict[str, int]] = {}
        self._metrics: dict[int, set[str]] = {}
        self._durations: dict[int, Durations] = {}
        self._fresh_until_s = 0.0
        self._changes = 0

    def hear(self, event: LiveEvent) -> None:
        """A device changed: whether it may still speak is asked again; so with a metric."""
        if event.kind == "metric.changed":
            self._changes += 1
            self._durations.pop(event.tenant_id, None)
        if event.kind.startswith("device."):
            self._changes += 1
            known = self._devices.get(event.tenant_id)
            if known is not None:
                known.pop(str(event.data.get("device_id")), None)

    async def numbers(self, tenant_id: int, device_ids: Collection[str]) -> dict[str, int]:
        """The rows of those that may speak; the others are absent."""
        if time.monotonic() > self._fresh_until_s:
            self._devices.clear()
            self._durations.clear()
            self._fresh_until_s = time.monotonic() + REMEMBERED_S
        known = self._devices.setdefault(tenant_id, {})
        found = {device_id: known[device_id] for device_id in device_ids if device_id in known}
        missing = [device_id for device_id in device_ids if device_id not in found]
        if missing:
            changes = self._changes
            async with self._database.tenant(tenant_id) as tx:
                asked = await devices.at_work(tx, missing)
            found |= asked
            # What was read while a device changed may be older than the change: not remembered.
            if changes == self._changes:
                known.update(asked)
        return found

    async def register(self, tenant_id: int, metrics: Collection[str]) -> None:
        """Metrics nobody knew register themselves. RegistryFull where there are too many."""
        known = self._metrics.setdefault(tenant_id, set())
        if known.issuperset(metrics):
            return
        async with self._database.tenant(tenant_id) as tx:
            await types.ensure_metrics(tx, metrics, now())
        known.update(metrics)

    async def registered(self, tenant_id: int, batch: Batch) -> Batch:
        """The same without rows that name a metric the registry has no room for."""
        if self._metrics.setdefault(tenant_id, set()).issuperset(batch.metrics):
            return batch
        try:
            await self.register(tenant_id, batch.reported())
        except types.RegistryFull as full:
            strange = ~await self._are_known(tenant_id, batch.metrics)
            return batch.rejecting(
                np.any(np.isfinite(batch.values[:, strange]), axis=1), full.detail
            )
        return batch

    async def durations(self, tenant_id: int) -> Durations:
        """The metrics that last: their values are never below zero."""
        if (known := self._durations.get(tenant_id)) is not None:
            return known
        changes = self._changes
        async with self._database.tenant(tenant_id) as tx:
            registry = await types.registry(tx)
        found = Durations.of(entry.metric for entry in registry.values())
        if changes == self._changes:
            self._durations[tenant_id] = found
        return found

    async def _are_known(self, tenant_id: int, metrics: Collection[str]) -> NDArray[np.bool_]:
        async with self._database.tenant(tenant_id) as tx:
            known = await types.registry(tx)
        return np.array([name in known for name in metrics], dtype=np.bool_)

    async def fitting(self, tenant_id: int, batch: Batch) -> tuple[Batch, Counter[str]]:
        """The same without metrics that the registry has no room for: the others are taken. And
        how many values that leaves out, by the reason."""
        try:
            await self.register(tenant_id, batch.metrics)
        except types.RegistryFull as full:
            fits = await self._are_known(tenant_id, batch.metrics)
            left_out = Counter({full.detail: int(np.isfinite(batch.values[:, ~fits]).sum())})
            names = list(itertools.compress(batch.metrics, fits.tolist()))
            batch = replace(batch, metrics=names, values=batch.values[:, fits])
            said = ~np.all(np.isnan(batch.values), axis=1)
            return batch.taking(said), left_out
        return batch, Counter()
