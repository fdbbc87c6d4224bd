"""The truth about faults, for an evaluation alone. The product never sees it."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from homepot_simulator.clock import stamp
from homepot_simulator.episodes import Episode
from homepot_simulator.files import replace_text
from homepot_simulator.incidents import severity_of

Names = Callable[[str], str]


def truth_row(episode: Episode, name: Names = str, until_us: int | None = None) -> dict[str, Any]:
    """One fault as a line; `name` turns the simulator's keys into the reader's ids."""
    return {**_row("fault", episode, name, until_us), "severity": severity_of(episode)}


def harmless_row(episode: Episode, name: Names = str) -> dict[str, Any]:
    """One harmless change as a line of the file beside the truth."""
    return _row("change", episode, name, None)


def _row(word: str, episode: Episode, name: Names, until_us: int | None) -> dict[str, Any]:
    end_us = episode.end_us if until_us is None else min(episode.end_us, until_us)
    row: dict[str, Any] = {
        "device_id": name(episode.device_key),
        word: episode.kind,
        "metrics": list(episode.metrics),
        "start": stamp(episode.start_us),
        "end": stamp(end_us),
        "strength": episode.strength,
    }
    if episode.site_key:
        row["site_id"] = name(episode.site_key)
    if episode.members:
        row["members"] = sorted(name(member) for member in episode.members)
    return row


def write_rows(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Writes the file anew, whole or not at all."""
    replace_text(path, "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows))
