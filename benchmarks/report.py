"""What a benchmark gives back, and how it is shown and kept."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

OUT = Path(__file__).with_name("out.json")


@dataclass(frozen=True)
class Row:
    """One figure beside its peer: what the same work costs without the part that is measured."""

    name: str
    figure: float
    unit: str
    compared_with: str
    peer_figure: float

    @property
    def ratio(self) -> float:
        return self.figure / self.peer_figure


def machine() -> dict[str, str | int]:
    """What the figures were measured on."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "memory_gib": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def show(rows: Sequence[Row], console: Console) -> None:
    table = Table("what", "figure", "compared with", "ratio")
    for place in (1, 3):
        table.columns[place].justify = "right"
    for row in rows:
        ours, peer = f"{spelled(row.figure)} {row.unit}", spelled(row.peer_figure)
        table.add_row(row.name, ours, f"{row.compared_with}: {peer}", f"{row.ratio:.2f}")
    console.print(table)
    console.print(", ".join(f"{key} {value}" for key, value in machine().items()))


def spelled(figure: float) -> str:
    """Three digits say enough."""
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"


def write(rows: Sequence[Row], path: Path = OUT) -> None:
    kept = {
        "at": datetime.now(UTC).isoformat(),
        "machine": machine(),
        "rows": [{**asdict(row), "ratio": row.ratio} for row in rows],
    }
    path.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
