"""`make coverage`: which lines of the back end its tests run; the whole, and each capability.

All tests but those of the pages, in two processes side by side; the processes that they start
count as well, unless they are killed. 0: at least as many as is asked for, 1: not, or tests failed.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

BACKEND = Path(__file__).resolve().parent.parent / "backend"
WHOLE_MIN, EACH_MIN = 85.0, 80.0
# Capabilities that are divided into rooms which are capabilities themselves.
_DIVIDED = ("ai", "fleet", "telemetry", "access")
_TESTS = ["src", "tests", "--ignore", "tests/browser", "--ignore", "tests/rules"]


def capability(path: str) -> str:
    """
    >>> capability("src/homepot/ai/query/answering/fleet.py")
    'ai/query'
    >>> capability("src/homepot/backup/store.py"), capability("src/homepot/worker.py")
    ('backup', 'entries')
    """
    parts = Path(path).parts[2:]
    if len(parts) == 1:
        return "entries"
    if parts[0] in _DIVIDED and len(parts) > 2:
        return f"{parts[0]}/{parts[1]}"
    return parts[0]


def shares(measured: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """Lines run and lines there are, by capability, from those of each file."""
    found: dict[str, tuple[int, int]] = {}
    for path, (run, lines) in measured.items():
        name = capability(path)
        before = found.get(name, (0, 0))
        found[name] = (before[0] + run, before[1] + lines)
    return found


def main() -> int:
    console = Console()
    with TemporaryDirectory(prefix="homepot-coverage-") as work:
        data = Path(work) / "data"
        tests = sys.argv[1:] or _TESTS
        run = ["run", "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", *tests]
        tests_ended = _coverage(data, *run)
        _coverage(data, "combine", "-q")
        report = Path(work) / "report.json"
        _coverage(data, "json", "-q", "-o", str(report))
        files = json.loads(report.read_text())["files"]
    measured = {
        path: (one["summary"]["covered_lines"], one["summary"]["num_statements"])
        for path, one in files.items()
    }
    return max(tests_ended, _show(shares(measured), console))


def _coverage(data: Path, *words: str) -> int:
    command = [sys.executable, "-m", "coverage", words[0], f"--data-file={data}", *words[1:]]
    return subprocess.run(command, cwd=BACKEND, check=False).returncode  # noqa: S603  our own


def _show(found: Mapping[str, tuple[int, int]], console: Console) -> int:
    table = Table("capability", "lines", "run", "")
    missed = 0
    for name, (run, lines) in sorted(found.items()):
        share = 100 * run / max(lines, 1)
        missed += share < EACH_MIN
        table.add_row(name, f"{lines:,}", f"{share:.1f} %", "" if share >= EACH_MIN else "below")
    whole, of = (sum(column) for column in zip(*found.values(), strict=True))
    console.print(table)
    share = 100 * whole / of
    console.print(
        f"All: {share:.1f} % of {of:,} lines; at least {WHOLE_MIN:g} % are wanted of all and"
        f" {EACH_MIN:g} % of each."
    )
    return int(missed > 0 or share < WHOLE_MIN)


if __name__ == "__main__":
    sys.exit(main())
