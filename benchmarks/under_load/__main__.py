"""python -m under_load load|soak [--minutes N]; `make load` and `make soak` start it."""

import argparse
import json
import signal
import sys
from dataclasses import asdict
from pathlib import Path

from report import machine
from rich.console import Console
from rich.table import Table

from homepot.core.log import configure_logging
from under_load.growth import growth
from under_load.house import House, lived_in, people
from under_load.scenarios import Figures, Result, bends, play, played
from under_load.watching import Watcher, columns

OUT = Path(__file__).parents[1]
VISITORS_OF_A_SOAK = 5


def main() -> int:
    parser = argparse.ArgumentParser(prog="under_load", description=__doc__)
    parser.add_argument("what", choices=("load", "soak"))
    parser.add_argument("--minutes", type=float, default=None,
                        help="of each scenario (0.5), or of the soak (60)")  # fmt: skip
    given = parser.parse_args()
    # Ended by anybody, it still ends what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
    configure_logging("warning")
    console = Console()
    if given.what == "load":
        return load(console, 60 * (given.minutes or 0.5))
    return soak(console, 60 * (given.minutes or 60.0))


def load(console: Console, length_s: float) -> int:
    """0: the plan's load is carried as promised; 1: it is not, and the table says where."""
    results: list[Result] = []
    with (
        console.status("starting the product, its simulated fleet and a collector") as status,
        lived_in() as house,
        Watcher(house, 2).watching() as watcher,
    ):
        for scenario in played():
            status.update(f"{scenario.title}, {length_s:.0f} s")
            results.append(play(house, scenario, length_s))
            console.print(f"{scenario.title}: {_briefly(results[-1])}", highlight=False)
    _say_collected(console, house)
    table = Table("scenario", "of", "answered", "p50 ms", "p95 ms", "p99 ms", "429", "failed")
    for one in results:
        for name, kind in (("pages", one.api), ("questions", one.query)):
            if kind.count:
                table.add_row(one.scenario.title, name, *_figures(kind, one.length_s))
    console.print(table)
    watched = Table("what", "at the start", "most", "at the end")
    for name, seen in columns(watcher.samples).items():
        values = [value for _, value in seen]
        watched.add_row(name, *(f"{n:,.0f}" for n in (values[0], max(values), values[-1])))
    console.print(watched)
    for words in bends(results):
        console.print(words, highlight=False)
    _write("load", {"results": [asdict(one) for one in results], "watched": watcher.samples})
    return 0 if all(one.is_as_promised for one in results if one.scenario.times == 1) else 1


def _briefly(one: Result) -> str:
    return "; ".join(one.over()) or "as promised"


def _say_collected(console: Console, house: House) -> None:
    failures = house.collector.failures
    last = f", the last: {failures[-1][:200]}" if failures else ""
    console.print(
        f"The collector: {house.collector.taken:,} batches of 100 devices taken,"
        f" {len(failures):,} not{last}.",
        highlight=False,
    )


def _figures(kind: Figures, length_s: float) -> list[str]:
    answered = kind.count - kind.refused - kind.failed
    return [
        f"{answered:,} ({answered / length_s * 60:,.0f} a minute)",
        *(f"{ms:,.0f}" for ms in (kind.p50_ms, kind.p95_ms, kind.p99_ms)),
        f"{kind.refused:,}",
        f"{kind.failed:,}",
    ]


def soak(console: Console, length_s: float) -> int:
    """0: nothing grew; 1: something did."""
    every_s = min(30.0, length_s / 30)
    with (
        console.status(f"soaking for {length_s / 60:.0f} minutes"),
        lived_in() as house,
        Watcher(house, every_s).watching() as watcher,
    ):
        asked = people(house, "Reader", VISITORS_OF_A_SOAK, length_s)
    _say_collected(console, house)
    table = Table("what", "at the start", "warm", "at the end", "an hour", "grows")
    found = {name: growth(seen) for name, seen in columns(watcher.samples).items()}
    for name, one in found.items():
        numbers = (one.start, one.warm, one.end)
        table.add_row(name, *(f"{n:,.1f}" for n in numbers), f"{one.an_hour:+,.1f}",
                      "[red]yes[/red]" if one.grows else "no")  # fmt: skip
    console.print(table)
    every = Figures.of(asked)
    console.print(
        f"{every.count:,} requests: p50 {every.p50_ms:,.0f} ms, p95 {every.p95_ms:,.0f} ms,"
        f" p99 {every.p99_ms:,.0f} ms; {every.refused:,} refused, {every.failed:,} failed.",
        highlight=False,
    )
    _write("soak", {"requests": asdict(every), "watched": watcher.samples,
                    "growth": {name: asdict(one) for name, one in found.items()}})  # fmt: skip
    return 1 if every.failed or any(one.grows for one in found.values()) else 0


def _write(name: str, found: dict[str, object]) -> None:
    path = OUT / f"{name}.json"
    path.write_text(json.dumps({"machine": machine(), **found}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
