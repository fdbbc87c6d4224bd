"""The one road behind every way in: check, find the devices, store, tell."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from homepot.core.metrics import INTAKE_ROWS
from homepot.core.process import Process
from homepot.telemetry.intake.aftermath import Aftermath
from homepot.telemetry.intake.batch import Batch, Rejected, checked, merged
from homepot.telemetry.intake.directory import Directory
from homepot.telemetry.intake.durations import without_negative
from homepot.telemetry.intake.rows import RowDecoder
from homepot.telemetry.storage.collisions import Outcome
from homepot.telemetry.storage.readings import ReadingParts
from homepot.telemetry.storage.sets import MetricSets
from homepot.telemetry.storage.writer import Writer

WRITERS = 3
# About a third of a second of work for the writers; what comes beyond that is told to wait.
WAITING_VALUES_MAX = 4_000_000


@dataclass(frozen=True)
class Receipt:
    """What became of every row that was sent."""

    outcome: Outcome
    rejected: Sequence[Rejected]


class Intake:
    def __init__(self, process: Process) -> None:
        settings, database = process.settings, process.database
        self.rows = RowDecoder()
        self.directory = Directory(database)
        self.sets = MetricSets(database)
        self.aftermath = Aftermath(database, settings.device_silent_after_s)
        self.writer = Writer(
            database.url,
            ReadingParts(),
            self.sets,
            writers=WRITERS,
            waiting_values_max=WAITING_VALUES_MAX,
        )

    async def take(self, tenant_id: int, batch: Batch, now: datetime) -> Receipt:
        """Returns when every good row is committed; the others are in the receipt."""
        receipt = await self._take(tenant_id, batch, now)
        _count(receipt)
        return receipt

    async def _take(self, tenant_id: int, batch: Batch, now: datetime) -> Receipt:
        batch = checked(batch, now)
        batch = await self._of_devices_at_work(tenant_id, batch)
        batch = without_negative(batch, await self.directory.durations(tenant_id))
        batch = await self.directory.registered(tenant_id, batch)
        batch, repeated, corrected = merged(batch)
        if len(batch) == 0:
            return Receipt(Outcome(0, repeated, corrected), batch.rejected)
        blocks = await self.sets.blocks(tenant_id, batch)
        outcome = await self.writer.write(blocks)
        self.aftermath.note(tenant_id, blocks, batch.devices, now)
        return Receipt(outcome + Outcome(0, repeated, corrected), batch.rejected)

    async def without_strangers(self, tenant_id: int, batch: Batch, now: datetime) -> Batch:
        """The same without rows that will not be taken: nothing may follow from what they say."""
        batch = checked(batch, now)
        numbers = await self.directory.numbers(tenant_id, batch.devices)
        return _rejecting_strangers(batch, numbers)

    async def _of_devices_at_work(self, tenant_id: int, batch: Batch) -> Batch:
        """The same with the database's numbers for its devices; strangers are rejected."""
        numbers = await self.directory.numbers(tenant_id, batch.devices)
        batch = _rejecting_strangers(batch, numbers)
        table = np.array([numbers.get(device_id, 0) for device_id in batch.devices], dtype=np.int64)
        return batch.with_devices(table[batch.device]) if len(table) else batch


def _count(receipt: Receipt) -> None:
    found = receipt.outcome
    for outcome, rows in (
        ("stored", found.stored),
        ("repeated", found.repeated),
        ("corrected", found.corrected),
        ("rejected", len(receipt.rejected)),
    ):
        INTAKE_ROWS.labels(outcome).inc(rows)


def _rejecting_strangers(batch: Batch, numbers: Mapping[str, int]) -> Batch:
    if len(numbers) < len(batch.devices):
        for place, device_id in enumerate(batch.devices):
            if device_id not in numbers:
                reason = f"no device {device_id[:64]!r} is at work here"
                batch = batch.rejecting(batch.device == place, reason)
    return batch


@asynccontextmanager
async def running(process: Process) -> AsyncIterator[Intake]:
    intake = Intake(process)
    process.feed.on_event(intake.directory.hear)
    async with intake.writer.running(), intake.aftermath.running():
        yield intake
