"""Reading files of evaluation data, and refusing them in words."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from homepot.ai.anomaly_detection.engine.columns import Doubles


class EvaluationRefused(Exception):
    """Says what is missing or wrong in a folder of evaluation data."""


def seconds(stamp: str) -> float:
    """A moment in seconds since 1970; without a zone it is UTC."""
    moment = datetime.fromisoformat(stamp)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def seconds_of(stamps: list[str]) -> Doubles:
    try:
        return np.array([seconds(stamp) for stamp in stamps])
    except ValueError as error:
        raise EvaluationRefused(f"A time cannot be read: {error}.") from error


def stamp_of(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")


def json_of(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise EvaluationRefused(f"{path.parent} has no {path.name}.") from error
    except ValueError as error:
        raise EvaluationRefused(f"{path} is not JSON: {error}.") from error


def lines_of(path: Path) -> list[Any]:
    """The lines of a JSONL file; none where there is no file."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]
