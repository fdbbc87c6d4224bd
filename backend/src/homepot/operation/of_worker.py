"""What the worker measures of itself: written down by it every few seconds, read by the API.

A file and no door of its own, so that there is one address to guard and to scrape. Both run on one
machine, over one data folder.
"""

from datetime import datetime
from pathlib import Path

from prometheus_client import ProcessCollector, write_to_textfile

from homepot.core.metrics import WORK
from homepot.core.settings import Settings

EVERY_S = 10
# Older ones are of a worker that is gone, or hangs.
AGE_MAX_S = 120

ProcessCollector(namespace="homepot_worker", registry=WORK)


def place(settings: Settings) -> Path:
    return settings.data_dir / "worker.prom"


def write(path: Path) -> None:
    """In one step: a reader finds the last ones or these."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_to_textfile(str(path), WORK)


def read(path: Path, now: datetime) -> tuple[bytes, float | None]:
    """What the worker wrote last, unless that is long ago; and how long ago it is, in seconds."""
    try:
        written_s, text = path.stat().st_mtime, path.read_bytes()
    except FileNotFoundError:
        return b"", None
    age_s = max(0.0, now.timestamp() - written_s)
    return (text if age_s <= AGE_MAX_S else b""), age_s
