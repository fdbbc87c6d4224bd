"""Real agents: `homepot-agent` as processes of their own, and what their spools hold."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from homepot_agent import places
from homepot_agent.collect import as_json
from homepot_agent.spool import recovery
from homepot_agent.spool.spool import Spool

from chaos.ledger import Row

ENROL_MAX_S = 120
STOP_MAX_S = 60
DAY_US = 86_400_000_000
# A report every half minute, as agents do by default, for a day.
DAY_REPORTS = 2880
_QUICK = (
    *("--backoff-base-s", "0.2", "--backoff-cap-s", "2", "--backlog-pause-s", "0.05"),
    *("--heartbeat-s", "2", "--command-poll-s", "5", "--timeout-s", "5"),
)


@dataclass
class Agent:
    """One device with its state folder; `python -m homepot_agent run` when it is up."""

    folder: Path
    source: Path
    device_id: str = ""
    kept_for_a_day: list[Row] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    def enrol(self, server: str, site_id: str, key: str) -> None:
        command = ["enrol", "--server", server, "--site", site_id, "--name", self.folder.name]
        made = subprocess.run(  # noqa: S603  our own command
            self._command(*command),
            env=self._environment(HOMEPOT_BOOTSTRAP_KEY=key),
            capture_output=True,
            text=True,
            timeout=ENROL_MAX_S,
            check=False,
        )
        if made.returncode:
            raise RuntimeError(f"the agent could not enrol: {made.stderr}")
        self.device_id = made.stdout.split("Enrolled as ")[1].split(",")[0]

    def spend_a_day_without_link(self) -> None:
        """What a day of measuring leaves in the spool, by the agent's own hand."""
        spool = Spool(places.spool_folder(self.folder), 256_000_000)
        step_us = DAY_US // DAY_REPORTS
        first_us = time.time_ns() // 1000 - DAY_US
        for number in range(DAY_REPORTS):
            at_us = first_us + number * step_us
            values = {"cpu_percent": float(number % 100), "sequence": float(spool.next_sequence)}
            spool.append(at_us, as_json(values))
            self.kept_for_a_day.append(Row(self.device_id, at_us, values))
        spool.close()

    def start(self, interval_s: float = 0.1) -> None:
        log = (self.folder / "agent.log").open("ab")
        with log:
            self.process = subprocess.Popen(  # noqa: S603  our own command
                self._command("run", "--sequence", "--interval-s", str(interval_s), *_QUICK),
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, number: int) -> None:
        if self.process is None:
            return
        self.process.send_signal(number)
        try:
            self.process.wait(STOP_MAX_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(STOP_MAX_S)
        self.process = None

    def contents(self) -> recovery.Contents:
        """What the spool holds; asked while the agent is down."""
        return recovery.look(places.spool_folder(self.folder))

    def is_empty(self) -> bool:
        """Asked while it runs; a file that is just being retired is looked at another time."""
        try:
            return len(self.contents().waiting) == 0
        except FileNotFoundError:
            return False

    def _command(self, name: str, *words: str) -> list[str]:
        return [sys.executable, "-m", "homepot_agent", name, "--state", str(self.folder), *words]

    def _environment(self, **more: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return {**kept, "PYTHONPATH": str(self.source), **more}
