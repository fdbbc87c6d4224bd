"""Use cases of rollups: bring them up to what was committed, make their parts ahead."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from homepot.core.database import Connection, Database
from homepot.telemetry.archive.rows import Rows
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.intake.batch import Batch
from homepot.telemetry.rollups import store
from homepot.telemetry.rollups.due import CLOSED_AFTER, EVER, due, still_open, widened
from homepot.telemetry.rollups.logic import (
    DAY,
    DEVICES_MAX,
    HOUR,
    QUARTER,
    Piece,
    batched,
    bucket_of,
    kept_since,
)
from homepot.telemetry.rollups.tables import (
    device_rollups_1d,
    device_rollups_1h,
    device_rollups_5m,
    device_rollups_6h,
)
from homepot.telemetry.storage.days import Parted
from homepot.telemetry.storage.native import NativeParts
from homepot.telemetry.storage.parts import drop_parts, make_parts
from homepot.telemetry.storage.readings import ReadingParts
from homepot.telemetry.storage.sets import MetricSets

READER = "rollups"
FINE, COARSE, QUARTERS, DAYS = (
    Parted(table.name, "month")
    for table in (device_rollups_5m, device_rollups_1h, device_rollups_6h, device_rollups_1d)
)
ROLLUPS = (FINE, COARSE, QUARTERS, DAYS)


@dataclass(frozen=True)
class OfHours:
    """Buckets that are made from hours, by themselves where there were hours before them."""

    reader: str
    parted: Parted
    length: timedelta


OF_HOURS = (
    OfHours("rollups of quarters", QUARTERS, QUARTER),
    OfHours("rollups of days", DAYS, DAY),
)
DAYS_AHEAD = 3
COMMITS_KEPT = timedelta(hours=1)
KEPT_DAYS = 183


async def catch_up(
    database: Database, now: datetime, archive: Archive, kept_days: int = KEPT_DAYS
) -> None:
    """Make every bucket that is over, and anew what something committed since the last time
    touches.

    A transaction for each piece: none is open for long, and what a crash interrupts is read
    again, which changes nothing.
    """
    async with database.system() as tx:
        low = await store.here(tx)
        before = await store.looked_before(tx, READER) or now
        made = [(one, await store.looked_before(tx, one.reader)) for one in OF_HOURS]
        seen = await store.seen(tx, READER, bucket_of(before - CLOSED_AFTER, HOUR))
        work = list(due(await store.commits(tx, READER), seen, before, now))
    await make_parts(database.url, _rollup_parts(), {piece.first.date() for piece in work})
    sets = MetricSets(database)
    for piece in work:
        fine_too = piece.first >= kept_since(now, kept_days)
        async with database.system() as tx:
            if not await store.take_turn(tx, READER):
                return
            if piece.fine_only:
                await store.make_fine(tx, piece)
                continue
            await _make_anew(tx, piece, archive, sets, fine_too=fine_too)
            for one, at in made:
                if at is not None and piece.first < still_open(at, one.length):
                    await store.make_of_hours(tx, one.parted.table, widened(piece, one.length))
    for one, at in made:
        if not await _close(database, one, at, now):
            return
    async with database.system() as tx:
        for reader in (READER, *(one.reader for one in OF_HOURS)):
            await store.advance(tx, reader, low, now)


async def _close(database: Database, one: OfHours, before: datetime | None, now: datetime) -> bool:
    """What ended since then; where none was ever made, all of which there are hours. False where
    somebody else is at it."""
    end = still_open(now, one.length)
    first = still_open(before, one.length) if before is not None else EVER
    if first >= end:
        return True
    async with database.system() as tx:
        buckets = await store.buckets_of_hours(tx, one.length, first, end)
    await make_parts(database.url, _rollup_parts(), {at.date() for at in buckets})
    for at in buckets:
        async with database.system() as tx:
            devices = await store.reporting(tx, at, at + one.length)
        for some in batched(devices, DEVICES_MAX):
            async with database.system() as tx:
                if not await store.take_turn(tx, READER):
                    return False
                piece = Piece(at, at + one.length, some)
                await store.make_of_hours(tx, one.parted.table, piece)
    return True


async def _make_anew(
    tx: Connection, piece: Piece, archive: Archive, sets: MetricSets, *, fine_too: bool
) -> None:
    """From the table; of devices whose day is in the archive, from both."""
    archived = await archive.with_stored(tx, piece.device_ids, piece.first, piece.end)
    there = {device_id for rows in archived.values() for device_id in rows}
    stored = [device_id for device_id in piece.device_ids if device_id not in there]
    if stored:
        await store.make_anew(tx, replace(piece, device_ids=stored), fine_too=fine_too)
    if there:
        blocks = [
            block
            for tenant_id, rows in archived.items()
            for device_id, one in rows.items()
            if len(one)
            for block in await sets.blocks(tenant_id, _batch(device_id, one))
        ]
        away = replace(piece, device_ids=sorted(there))
        await store.make_anew_from(tx, away, blocks, fine_too=fine_too)


def _batch(device_id: int, rows: Rows) -> Batch:
    """As if the device had just sent all of it."""
    numbers = np.arange(len(rows))
    device = np.full(len(rows), device_id)
    return Batch([str(device_id)], rows.metrics, device, rows.at_us, rows.values, numbers)


async def forget_old(database: Database, now: datetime, kept_days: int) -> None:
    """Whole months of five minutes that are older than they are kept."""
    await drop_parts(database.url, NativeParts(FINE), kept_since(now, kept_days).date())


async def make_ahead(database: Database, now: datetime) -> None:
    """The days to come are there before their first reading; old notes are forgotten."""
    days = [now.date() + timedelta(days=number) for number in range(DAYS_AHEAD)]
    await make_parts(database.url, (ReadingParts(), *_rollup_parts()), days)
    async with database.system() as tx:
        await store.forget_commits(tx, now - COMMITS_KEPT)


def _rollup_parts() -> list[NativeParts]:
    return [NativeParts(parted) for parted in ROLLUPS]
