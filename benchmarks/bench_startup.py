"""From `homepot up` to the first answer that says "ready", the median of three.

The peer is PostgreSQL alone on the same data: what has to be waited for whatever is built on it.
"""

import asyncio
import statistics
import sys
import time
from pathlib import Path

from fleet import build
from report import Row
from stage import data_folder, free_port, product

from homepot.core.embedded_postgres import EmbeddedPostgres

TIMES = 3
DEVICES = 10_000
SITES = 100


def run() -> list[Row]:
    first, again, bare_first, bare_again = [], [], [], []
    for _ in range(TIMES):
        with data_folder() as data:
            first.append(_up(data))
            with EmbeddedPostgres(data).lease() as url:
                asyncio.run(build(url, DEVICES, SITES))
            again.append(_up(data))
            bare_again.append(_bare(data))
        with data_folder() as data:
            bare_first.append(_bare(data))
    return [
        _row("start on a fresh folder", first, "PostgreSQL made and started", bare_first),
        _row("start with 10,000 devices kept", again, "PostgreSQL started", bare_again),
    ]


def _up(data: Path) -> float:
    port = free_port()
    command = [str(Path(sys.executable).with_name("homepot")), "up", "--port", str(port)]
    with product(command, data, port) as took_s:
        return took_s


def _bare(data: Path) -> float:
    began = time.perf_counter()
    with EmbeddedPostgres(data).lease():
        return time.perf_counter() - began


def _row(name: str, ours: list[float], compared_with: str, bare: list[float]) -> Row:
    return Row(name, statistics.median(ours), "s", compared_with, statistics.median(bare))
