"""Has reports printed in processes of their own, a few at once: nobody else waits for that.

What they load is much, so a process stays for a while after it has printed something.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from threading import Lock, Thread

from homepot.ai.reports.content import Kept
from homepot.core.errors import HomepotError
from homepot.core.log import get_logger

log = get_logger(__name__)

AT_ONCE_MAX = 2
WITHIN_S = 60.0
IDLE_S = 120.0
# Then another takes its place: typesetting keeps some of what it has seen.
PRINTED_MAX = 200
_SAID_MAX = 500
# What a process needs to find itself; no secret of ours is among it.
_PASSED = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "SYSTEMROOT", "TMPDIR", "HOME", "MPLCONFIGDIR")


class NotPrinted(HomepotError):
    """The report is kept, but could not be printed; as JSON it can be read."""


class Printer:
    def __init__(self, idle_s: float = IDLE_S) -> None:
        self._idle_s = idle_s
        self._turn = asyncio.Semaphore(AT_ONCE_MAX)
        self._idle: list[_Press] = []
        self._lock = Lock()
        self._is_closed = False

    async def soon(self) -> None:
        """Something will be printed: what it takes is loaded meanwhile."""
        if not self._idle:
            await asyncio.to_thread(self._prepare)

    async def printed(self, kept: Kept, form: str) -> bytes:
        async with self._turn:
            spelled = kept.model_dump_json().encode()
            press, is_used = await asyncio.to_thread(self._taken)
            made = await self._ask(press, spelled, form)
            if made is None and is_used:
                # It may have gone home just then.
                press = await asyncio.to_thread(_Press, self._idle_s)
                made = await self._ask(press, spelled, form)
            if made is None:
                log.error(
                    "A report could not be printed.", action="report.not_printed",
                    report=kept.report_id, problem=press.said,
                )  # fmt: skip
                raise NotPrinted
            return made

    async def _ask(self, press: "_Press", spelled: bytes, form: str) -> bytes | None:
        """None where it did not answer; such a one is gone afterwards."""
        made = None
        try:
            async with asyncio.timeout(WITHIN_S):
                made = await asyncio.to_thread(press.printed, spelled, form)
        except TimeoutError:
            press.said = f"it took more than {WITHIN_S:g} s"
        finally:
            # Also where whoever asked has gone meanwhile: what comes now is nobody's.
            if made is None:
                await asyncio.to_thread(press.end)
            else:
                self._put_back(press)
        return made

    def _taken(self) -> tuple["_Press", bool]:
        with self._lock:
            while self._idle:
                press = self._idle.pop()
                if press.is_there:
                    return press, True
                press.end()
        return _Press(self._idle_s), False

    def _prepare(self) -> None:
        press, _ = self._taken()
        self._put_back(press)

    def _put_back(self, press: "_Press") -> None:
        with self._lock:
            if not self._is_closed and press.count < PRINTED_MAX:
                self._idle.append(press)
                return
        press.end()

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            gone, self._idle = self._idle, []
        for press in gone:
            press.end()


class _Press:
    """One process. Every method may block."""

    def __init__(self, idle_s: float) -> None:
        self.count = 0
        self.said = ""
        self._last_words = tempfile.TemporaryFile()  # noqa: SIM115  as long as it is there
        self._process = subprocess.Popen(  # noqa: S603  our own interpreter
            [sys.executable, "-m", "homepot.ai.reports.printing", f"{idle_s:g}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._last_words,
            env={name: os.environ[name] for name in _PASSED if name in os.environ},
        )
        # One that goes home is not left waiting for somebody to notice.
        Thread(target=self._process.wait, name="printing", daemon=True).start()

    @property
    def is_there(self) -> bool:
        return self._process.poll() is None

    def printed(self, spelled: bytes, form: str) -> bytes | None:
        """None where it ended over it."""
        asked, answers = self._process.stdin, self._process.stdout
        assert asked is not None
        assert answers is not None
        self.count += 1
        try:
            asked.write(f"{form} {len(spelled)}\n".encode() + spelled)
            asked.flush()
            length = int(answers.readline() or b"0")
            made = answers.read(length)
        except (OSError, ValueError):
            return None
        return made if made and len(made) == length else None

    def end(self) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        self._last_words.seek(0)
        words = self._last_words.read().decode(errors="replace").strip()
        self.said = self.said or words[-_SAID_MAX:]
        self._last_words.close()
