"""The backup of each night: the command itself, as a program that ends with the worker."""

import asyncio
import signal
import sys
from collections.abc import Sequence
from datetime import datetime

from homepot.core.database import Database
from homepot.core.jobs import Task
from homepot.core.log import get_logger
from homepot.core.settings import Settings
from homepot.core.tether import tethered

log = get_logger(__name__)

_HOMEPOT = [sys.executable, "-P", "-c", "from homepot.cli import main; main()"]
_WORDS_MAX = 600


def tasks(settings: Settings) -> Sequence[Task]:
    if not settings.backups_kept:
        return ()
    return [Task("backup", f"30 {settings.backup_hour} * * *", _each_night)]


async def _each_night(_: Database, __: datetime) -> None:
    """A failure is said and waits for the next night: a full disk is not mended by trying again."""
    said, code = await run([*_HOMEPOT, "backup", "write"])
    if code:
        log.error(f"The backup failed: {said}", action="backup.failed")
    else:
        log.info(said, action="backup.written")


async def run(command: Sequence[str]) -> tuple[str, int]:
    """In a process of its own: it reads and packs for minutes."""
    process = await asyncio.create_subprocess_exec(
        *tethered(command, signal.SIGTERM),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    words = " ".join(said.decode(errors="replace").split())[-_WORDS_MAX:]
    return words, process.returncode or 0
