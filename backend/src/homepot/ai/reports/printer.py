"""Has reports printed in processes of their own, a few at once: nobody else waits for that."""

import asyncio
import os
import sys
from contextlib import suppress

from homepot.ai.reports.content import Kept
from homepot.core.errors import HomepotError
from homepot.core.log import get_logger

log = get_logger(__name__)

AT_ONCE_MAX = 2
WITHIN_S = 60.0
# What a process needs to find itself; no secret of ours is among it.
_PASSED = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "SYSTEMROOT", "TMPDIR", "HOME", "MPLCONFIGDIR")


class NotPrinted(HomepotError):
    """The report is kept, but could not be printed; as JSON it can be read."""


class Printer:
    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(AT_ONCE_MAX)

    async def printed(self, kept: Kept, form: str) -> bytes:
        async with self._turn:
            return await _run(kept, form)


async def _run(kept: Kept, form: str) -> bytes:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "homepot.ai.reports.printing", form,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={name: os.environ[name] for name in _PASSED if name in os.environ},
    )  # fmt: skip
    try:
        async with asyncio.timeout(WITHIN_S):
            made, said = await process.communicate(kept.model_dump_json().encode())
    except TimeoutError:
        said = f"it took more than {WITHIN_S:g} s".encode()
        made = b""
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode != 0 or not made:
        problem = said.decode(errors="replace").strip()[-500:]
        log.error(
            "A report could not be printed.", action="report.not_printed",
            report=kept.report_id, problem=problem,
        )  # fmt: skip
        raise NotPrinted
    return made
