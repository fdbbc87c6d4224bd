"""Use case of the drill: a backup is restored beside the running system, and compared."""

import os
import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from homepot.backup.restoring import Opened, Restored, restore
from homepot.core.embedded_postgres import EmbeddedPostgres
from homepot.core.embedded_postgres.home import make_data_dir


@dataclass(frozen=True)
class Drilled:
    restored: Restored
    took_s: float


def drill(one: Opened, work: Path) -> Drilled:
    """Into a folder and a database server of its own, which are gone afterwards. NotWhole where
    what was restored is not what was backed up."""
    started = time.monotonic()
    place = work / f"drill-{secrets.token_hex(4)}"
    make_data_dir(place, traversable=os.geteuid() == 0)
    server = EmbeddedPostgres(place)
    try:
        with server.lease() as url:
            restored = restore(one, url, place)
        return Drilled(restored, time.monotonic() - started)
    finally:
        server.remove()
        shutil.rmtree(place, ignore_errors=True)
