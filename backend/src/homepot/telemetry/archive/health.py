"""Whether the files of the archive are there and are what was written."""

import asyncio
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from homepot.core.database import Database
from homepot.telemetry.archive import files, store
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.archive.store import Recorded


@dataclass(frozen=True)
class Health:
    folder: Path
    is_writable: bool
    files: int
    size_bytes: int
    faults: list[str]
    """A line for each file that is not as it was recorded."""


async def examine(database: Database, archive: Archive, *, to_the_bit: bool) -> Health:
    """All tenants; `to_the_bit` reads every file whole, otherwise its size is compared."""
    async with database.system() as tx:
        recorded = await store.recorded(tx)
    folder = archive.folder
    faults = await asyncio.to_thread(_faults, folder, recorded, to_the_bit)
    there = next(path for path in (folder, *folder.parents) if path.exists())
    size_bytes = sum(one.size_bytes for one in recorded)
    return Health(folder, os.access(there, os.W_OK), len(recorded), size_bytes, faults)


def _faults(folder: Path, recorded: Iterable[Recorded], to_the_bit: bool) -> list[str]:
    found = ((one, _fault(folder / one.path, one, to_the_bit)) for one in recorded)
    return [f"{folder / one.path}: {fault}" for one, fault in found if fault]


def _fault(path: Path, one: Recorded, to_the_bit: bool) -> str:
    try:
        size_bytes = path.stat().st_size
        if size_bytes != one.size_bytes:
            return f"has {size_bytes:,} bytes, not {one.size_bytes:,}"
        if to_the_bit and files.checksum(path) != one.sha256:
            return "is not what was written"
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return error.strerror or str(error)
    return ""
