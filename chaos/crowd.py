"""A process of senders: started, killed, started again, asked to send what waits and to end."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from chaos.ledger import Saying, read
from chaos.sender import Job, as_stored
from chaos.senders import listens_file
from chaos.stage import until

_ROOT = Path(__file__).resolve().parent.parent
STOP_MAX_S = 300


class Crowd:
    def __init__(self, jobs: Sequence[Job], folder: Path, name: str) -> None:
        self.jobs = jobs
        self._file = folder / f"{name}.json"
        self._file.write_text(json.dumps([asdict(job) for job in jobs]))
        self._log = folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        listens_file(self._file).unlink(missing_ok=True)
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603  our own command
                [sys.executable, "-m", "chaos.senders", str(self._file)],
                cwd=_ROOT,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(STOP_MAX_S)

    def stop(self, bound_s: float = STOP_MAX_S) -> None:
        """Nothing new; what waits is sent."""
        if self._process is None:
            return
        process = self._process
        # Asked before it listens it would end at once, with what it has unsent.
        until(lambda: listens_file(self._file).exists() or process.poll() is not None, "listening")
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(bound_s)
        except subprocess.TimeoutExpired:
            self.kill()

    def told(self) -> Iterator[tuple[str, list[Saying]]]:
        """By the way in: what was said, under the names by which it is stored."""
        for job in self.jobs:
            yield job.way, [as_stored(job.way, one) for one in read(Path(job.ledger))]

    def complaints(self) -> str:
        """What went wrong inside; nothing, usually."""
        return self._log.read_text() if self._log.exists() else ""
