"""What a run says at its end: one table, and the same as JSON."""

import json
import statistics
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from chaos.plan import KILLS_OF_EVERYTHING as KILLS
from chaos.run import Result

OUT = Path(__file__).with_name("out.json")
SHOWN_MAX = 20


def show(result: Result, console: Console) -> None:
    table = Table("fault", "times", "back after p50", "p99", "most")
    for place in range(1, 5):
        table.columns[place].justify = "right"
    for kind in sorted(result.faults, key=lambda kind: (kind not in KILLS, kind)):
        seconds = sorted(result.recovered_s.get(kind, []))
        spelled = _spelled(seconds) if seconds else ("", "", "")
        table.add_row(kind, str(result.faults[kind]), *spelled)
    console.print(table)
    for kind, why in result.skipped.items():
        console.print(f"Left out: {kind}: {why}.")
    kills = sum(count for kind, count in result.faults.items() if kind in KILLS)
    console.print(
        f"{kills} kills in {result.took_s:.0f} s, seed {result.options.seed}. Rows sent"
        f" {result.sent:,}, acknowledged {result.acknowledged:,}, of them {result.by_mqtt:,} by"
        f" MQTT; reports of agents {result.of_agents:,}; rows stored {result.stored:,}."
    )
    if result.patients:
        console.print(
            f"Devices that fell ill {result.patients}, incidents {result.incidents}, messages"
            f" {result.deliveries}; arrived again under their id, after a kill between sending and"
            f" noting it: {result.deliveries_again}."
        )
        asked = ", ".join(f"{what} {count:,}" for what, count in sorted(result.asked.items()))
        console.print(f"Asked meanwhile: {asked}.")
    if result.typed_again:
        console.print(f"Starts that were hurt and typed again: {result.typed_again}.")
    answers = ", ".join(f"{answer} {count:,}" for answer, count in sorted(result.answers.items()))
    console.print(f"Answers: {answers}.")
    counted = Counter(violation.kind for violation in result.violations)
    console.print(f"Violations: {len(result.violations)} {dict(counted) if counted else ''}")
    for violation in result.violations[:SHOWN_MAX]:
        console.print(f"  {violation.kind}: {violation.words}", highlight=False)


def _spelled(seconds: list[float]) -> tuple[str, str, str]:
    p99 = seconds[min(len(seconds) - 1, int(len(seconds) * 0.99))]
    return f"{statistics.median(seconds):.1f} s", f"{p99:.1f} s", f"{seconds[-1]:.1f} s"


def write(result: Result, path: Path = OUT) -> None:
    path.write_text(json.dumps(asdict(result), indent=1) + "\n")
