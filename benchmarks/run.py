"""Run the benchmarks: `make bench` all of them, `make bench ONLY=devices` one.

Each is a module `bench_<name>.py` beside this file with a function `run() -> list[Row]`. The
figures go to the terminal and, as JSON, to out.json.
"""

import importlib
import sys
from pathlib import Path

from report import OUT, Row, show, write
from rich.console import Console

from homepot.core.log import configure_logging

HERE = Path(__file__).parent


def main(only: list[str]) -> int:
    console = Console()
    names = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    if unknown := sorted(set(only) - set(names)):
        console.print(f"There is no benchmark {', '.join(unknown)}; there are: {', '.join(names)}.")
        return 2
    configure_logging("warning")
    rows: list[Row] = []
    for name in only or names:
        with console.status(f"measuring {name}"):
            rows += importlib.import_module(f"bench_{name}").run()
    show(rows, console)
    write(rows)
    console.print(f"Written to {OUT.relative_to(HERE.parent)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
