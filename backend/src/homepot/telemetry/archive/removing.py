"""Use case of removing: devices that are to be gone for good are taken out of the files as well.

A file that holds others too is written anew without them. As with archiving: what is interrupted
leaves the old file or the new one, and can be said again.
"""

import asyncio
import secrets
from collections.abc import Collection
from dataclasses import dataclass

from homepot.core.errors import Conflict
from homepot.telemetry.archive import files, moving
from homepot.telemetry.archive.files import Contents
from homepot.telemetry.archive.layout import path_of
from homepot.telemetry.archive.moving import Busy, Owner
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.archive.store import File


class ArchiveBusy(Conflict):
    """The archive is being written or read just now; say it again in a moment."""


@dataclass
class Removed:
    """Files that are gone or were written anew, and the readings that were in them."""

    files: int = 0
    rows: int = 0


async def remove_devices(url: str, archive: Archive, device_ids: Collection[int]) -> Removed:
    """Nothing of these devices is left in any file, nor will be: to be said once the database
    holds no reading of them any more. ArchiveBusy where somebody has it for long."""
    removed = Removed()
    async with moving.owner(url) as connection:
        try:
            await moving.await_turn(connection)
            for file in await moving.files_of(connection, device_ids):
                removed.rows += await _without(connection, archive, file, frozenset(device_ids))
                removed.files += 1
            replaced = await moving.replaced_of(connection, device_ids)
        except Busy:
            raise ArchiveBusy from None
        for _, path in replaced:
            files.remove(archive.folder / path)
        await moving.forget(connection, [number for number, _ in replaced])
    return removed


async def _without(
    connection: Owner, archive: Archive, file: File, device_ids: frozenset[int]
) -> int:
    """How many rows are not in the archive any more; from now on its file is a replaced one."""
    stay = sorted(set(file.device_ids) - device_ids)
    new: list[int] = []
    rows = file.row_count
    if stay:
        contents = await _contents(connection, archive, file, stay)
        rows -= contents.rows
        path = path_of(file.tenant_id, file.day, secrets.token_hex(8))
        number = await moving.begin_file(connection, file.day, path, contents)
        size_bytes, sha256 = await asyncio.to_thread(files.write, archive.folder / path, contents)
        await moving.end_file(connection, number, size_bytes, sha256)
        new = [number]
    await moving.swap(connection, new, [file.id])
    return rows


async def _contents(
    connection: Owner, archive: Archive, file: File, device_ids: list[int]
) -> Contents:
    async with moving.as_system(connection):
        names = await moving.names(connection, device_ids)
    with archive.reader(file) as reader:
        rows = {device_id: reader.rows(device_id) for device_id in device_ids}
    return Contents(file.tenant_id, file.day.isoformat(), rows, names)
