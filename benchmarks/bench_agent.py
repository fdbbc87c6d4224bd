"""The agent on its device: memory and processor, at the pace it has when nobody sets it.

It is enrolled at the whole product and starts with a day of reports that wait. The memory is the
most it ever had, that day handed over included; the processor is what the system booked on its
threads afterwards. Four minutes when this benchmark is asked for by name, one among the others;
AGENT_S says another length.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from fleet import build
from report import Row
from stage import data_folder, free_port, product

from homepot.access.caller import system_caller
from homepot.core.clock import now
from homepot.core.database import Database
from homepot.core.embedded_postgres import EmbeddedPostgres
from homepot.core.migrate import upgrade
from homepot.fleet.enrolment import service as enrolment

SOURCE = Path(__file__).parent.parent / "agent" / "src"
GOAL_MIB = 40e6 / 2**20
GOAL_PERCENT = 1.0
WAITING = 2880  # a day, a report every half minute
HANDED_OVER_WITHIN_S = 120.0
_FILL = """
import sys, time
from pathlib import Path
from homepot_agent import places
from homepot_agent.collect import Collector, as_json
from homepot_agent.spool.spool import Spool
spool = Spool(places.spool_folder(Path(sys.argv[1])), 256_000_000)
measured, now_us = as_json(Collector("/").measure()), time.time_ns() // 1000
for number in range(int(sys.argv[2]), 0, -1):
    spool.append(now_us - number * 30_000_000, measured)
spool.close()
"""


def run() -> list[Row]:
    length_s = float(os.environ.get("AGENT_S") or (240 if "agent" in sys.argv[1:] else 60))
    with data_folder() as data, EmbeddedPostgres(data).lease() as url:
        upgrade(url)
        key = asyncio.run(_key(url))
        port = free_port()
        command = [str(Path(sys.executable).with_name("homepot")), "up", "--port", str(port)]
        with product(command, data, port, HOMEPOT_MODEL_SERVER_RUNS="false"):
            state = data / "agent"
            address = f"http://127.0.0.1:{port}"
            _agent(state, "enrol", "--server", address, "--site", "site_0", "--key", key)
            _python(state, "-c", _FILL, str(state), str(WAITING))
            with _running(state) as process:
                _until_handed_over(state)
                before_s, began_s = _processor_s(process.pid), time.monotonic()
                time.sleep(length_s)
                took_s = _processor_s(process.pid) - before_s
                percent = 100 * took_s / (time.monotonic() - began_s)
                memory = _memory_mib(process.pid)
    bare = _bare_mib()
    return [
        Row("memory at most, a day of reports handed over", memory, "MiB", "goal", GOAL_MIB),
        Row("the same", memory, "MiB", "Python alone", bare),
        Row("processor, at the usual pace", percent, "% of a core", "goal", GOAL_PERCENT),
    ]


async def _key(url: str) -> str:
    tenant_id, _ = await build(url, 1, 1)
    database = Database(url, connections_max=2)
    try:
        async with database.tenant(tenant_id) as tx:
            caller = system_caller(tx, tenant_id, "benchmark")
            _, key = await enrolment.create_bootstrap_key(
                caller, "site_0", label=None, life=None, uses_max=None, now=now()
            )
    finally:
        await database.close()
    return key


def _environment(state: Path) -> Mapping[str, str]:
    return {**os.environ, "PYTHONPATH": str(SOURCE), "HOMEPOT_AGENT_STATE": str(state)}


def _python(state: Path, *words: str) -> None:
    command = [sys.executable, *words]
    subprocess.run(  # noqa: S603  our own command
        command, env=_environment(state), check=True, stdout=subprocess.DEVNULL
    )


def _agent(state: Path, *words: str) -> None:
    _python(state, "-m", "homepot_agent", *words)


@contextmanager
def _running(state: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "homepot_agent", "run"]
    with (state / "agent.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  our own command
            command, env=_environment(state), stdout=log, stderr=log
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


def _until_handed_over(state: Path) -> None:
    told, last_s = state / "status.json", time.monotonic() + HANDED_OVER_WITHIN_S
    while time.monotonic() < last_s:
        if told.is_file():
            status = json.loads(told.read_text())
            if status["sent"] >= WAITING and not status["waiting"]:
                return
        time.sleep(0.1)
    raise RuntimeError(
        f"the agent did not hand over:\n{(state / 'agent.log').read_text()[-2_000:]}"
    )


def _processor_s(pid: int) -> float:
    """Of all threads, to the nanosecond: a tick of the usual count is too coarse for this."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((one / "schedstat").read_text().split()[0]) for one in threads) / 1e9


def _memory_mib(pid: int | str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (most,) = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(most) / 1024


def _bare_mib() -> float:
    """A Python that has loaded nothing of its own accord."""
    asked = "print(next(x for x in open('/proc/self/status') if x.startswith('VmHWM')).split()[1])"
    done = subprocess.run(  # noqa: S603  our own command
        [sys.executable, "-I", "-S", "-c", asked], check=True, capture_output=True, text=True
    )
    return int(done.stdout) / 1024
