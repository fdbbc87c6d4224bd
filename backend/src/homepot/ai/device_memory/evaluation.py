"""Incidents of a fleet in a folder, matched as they would have been: `homepot evaluate incidents`.

A recorded incident is known from its end on. What is found is matched at its own end, by the
readings up to then. Only the figures at the end look at labels.jsonl, and the intervals where they
are taken from there.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from homepot.ai.anomaly_detection.engine import Parameters
from homepot.ai.anomaly_detection.evaluation import fleets
from homepot.ai.anomaly_detection.evaluation.reading import (
    EvaluationRefused,
    lines_of,
    seconds,
    stamp_of,
)
from homepot.ai.device_memory.patterns import Match, Pattern, Question
from homepot.ai.device_memory.ranking import ranked, recommended
from homepot.ai.device_memory.signature import (
    BASELINE_DAYS,
    Readings,
    Signature,
    Span,
    signature_of,
    silent_share,
)
from homepot.ai.device_memory.similarity import SIMILAR, WEIGHTS
from homepot.ai.device_memory.words import told
from homepot.ai.embedding import Embedder, Vectors

_SHOWN = 10
_NEAR_S = 3600.0  # as near to a fault as this, it was the fault that was found
_AROUND = 0.5
_FIRST_DAYS = 8  # what is usual is not known before; nobody counts detections of these days either


@dataclass(frozen=True)
class Found:
    device_id: str
    start: float
    end: float


@dataclass
class Fleet:
    data: fleets.FleetFile
    readings: Mapping[str, Readings]
    site_of: Mapping[str, str]
    type_of: Mapping[str, str]
    incidents: Sequence[Mapping[str, Any]]
    labels: Sequence[Mapping[str, Any]]
    _spans: dict[str, list[Span]] = field(default_factory=dict)
    _signatures: dict[tuple[str, float, float], Signature] = field(default_factory=dict)

    def knows(self, found: Sequence[Found]) -> None:
        """These times of its devices are not usual, as those of what was written up."""
        for one in found:
            self._spans.setdefault(one.device_id, []).append((one.start, one.end))

    def signature(self, device_id: str, start: float, end: float) -> Signature:
        key = (device_id, start, end)
        if key not in self._signatures:
            self._signatures[key] = signature_of(
                self.readings[device_id].between(start - BASELINE_DAYS * 86_400, end),
                start,
                end,
                self.type_of[device_id],
                around=self._around(device_id, start, end),
                troubled=[one for one in self._spans.get(device_id, ()) if one != (start, end)],
            )
        return self._signatures[key]

    def _around(self, device_id: str, start: float, end: float) -> float:
        site = self.site_of[device_id]
        others = [one for one, at in self.site_of.items() if at == site and one != device_id]
        quiet = [silent_share(self.readings[one].at, start, end) > _AROUND for one in others]
        return float(np.mean(quiet)) if quiet else 0.0


@dataclass(frozen=True)
class Row:
    found: Found
    matches: Sequence[Match]


def read(folder: Path) -> Fleet:
    data = fleets.read_fleet(folder)
    readings = {}
    for place, device in enumerate(data.devices):
        mine = np.flatnonzero(data.device == place)
        names = data.metrics[device["id"]]
        table = np.array([data.values[row] for row in mine.tolist()]).reshape(-1, len(names))
        columns = {name: table[:, column] for column, name in enumerate(names)}
        readings[device["id"]] = Readings(data.at[mine], columns)
    incidents = lines_of(folder / "incidents.jsonl")
    for one in incidents:
        if one["device_id"] not in readings:
            raise EvaluationRefused(
                f"The incident {one['id']} is of {one['device_id']}, which is not in devices.json."
            )
    fleet = Fleet(
        data,
        readings,
        {one["id"]: one["site_id"] for one in data.devices},
        {one["id"]: one.get("type", "") for one in data.devices},
        incidents,
        lines_of(folder / "labels.jsonl"),
    )
    fleet.knows(
        [
            Found(one["device_id"], seconds(one["started_at"]), seconds(one["ended_at"]))
            for one in incidents
        ]
    )
    return fleet


def fresh_of(fleet: Fleet) -> list[Mapping[str, Any]]:
    """The faults that nobody wrote up and before which there are readings enough."""
    first = fleet.data.begin + _FIRST_DAYS * 86_400
    return [one for one in fleet.labels if not one["recorded"] and seconds(one["start"]) >= first]


def given_intervals(fleet: Fleet) -> list[Found]:
    """The true intervals of the fresh faults, as far as the readings reach."""
    return [
        Found(one["device_id"], seconds(one["start"]), min(seconds(one["end"]), fleet.data.end))
        for one in fresh_of(fleet)
    ]


def detected_intervals(fleet: Fleet) -> list[Found]:
    """What the engine would have told, less what somebody wrote up."""
    found = []
    for row in fleets.rows_of(fleets.deviations_of(fleet.data, Parameters())):
        if not fleets.wakes(row):
            continue
        start, end = seconds(row["start"]), row["end"] and seconds(row["end"])
        whose = (
            [row["device_id"]]
            if "device_id" in row
            else [one for one, site in fleet.site_of.items() if site == row["site_id"]]
        )
        for one in whose:
            back = _back(fleet, one, start) if row["kind"] == "silent" and not end else None
            found.append(Found(one, start, max(end or back or fleet.data.end, start)))
    return [one for one in found if not _is_recorded(fleet, one)]


def _back(fleet: Fleet, device_id: str, start: float) -> float | None:
    """When a silent device reported again."""
    later = fleet.readings[device_id].at
    later = later[later > start + fleet.data.step_s]
    return float(later[0]) if len(later) else None


def _is_recorded(fleet: Fleet, found: Found) -> bool:
    return any(
        found.device_id == one["device_id"]
        and found.start <= seconds(one["ended_at"]) + _NEAR_S
        and found.end >= seconds(one["started_at"]) - _NEAR_S
        for one in fleet.incidents
    )


class Replay:
    """What is remembered, and what is asked of it."""

    def __init__(self, fleet: Fleet, embedder: Embedder | None) -> None:
        self._fleet = fleet
        self._embedder = embedder
        words = [f"{one['description']} {one.get('resolution') or ''}" for one in fleet.incidents]
        vectors: Sequence[Vectors | None] = [None] * len(words)
        if embedder is not None and words:
            vectors = list(embedder.embed(words))
        self.known = [
            self._pattern(number, one, vector)
            for number, (one, vector) in enumerate(zip(fleet.incidents, vectors, strict=True))
        ]

    def _pattern(self, number: int, one: Mapping[str, Any], vector: Vectors | None) -> Pattern:
        start, end = seconds(one["started_at"]), seconds(one["ended_at"])
        return Pattern(
            number,
            one["id"],
            one["device_id"],
            one.get("category", "other"),
            one.get("severity"),
            _moment(start),
            _moment(end),
            one["description"],
            one.get("resolution"),
            one.get("effective"),
            self._fleet.signature(one["device_id"], start, end) or None,
            vector,
            self._embedder.name if self._embedder else None,
        )

    def rows(self, found: Sequence[Found], weights: Mapping[str, float] = WEIGHTS) -> list[Row]:
        signatures = [self._fleet.signature(one.device_id, one.start, one.end) for one in found]
        asked: Sequence[dict[str, Vectors]] = [{} for _ in found]
        if self._embedder is not None and found:
            vectors = self._embedder.embed([told(one) for one in signatures])
            asked = [{self._embedder.name: vector} for vector in vectors]
        rows = []
        for one, signature, words in zip(found, signatures, asked, strict=True):
            question = Question("", signature, known_by=_moment(one.end))
            matches = ranked(question, words, self.known, weights) if signature else []
            rows.append(Row(one, matches))
        return rows


def write(rows: Sequence[Row], out: Path) -> None:
    with out.open("w", encoding="utf-8") as file:
        for row in rows:
            similar = [match for match in row.matches if match.score >= SIMILAR]
            advice = recommended(similar)
            whole = {
                "device_id": row.found.device_id,
                "start": stamp_of(row.found.start),
                "end": stamp_of(row.found.end),
                "matches": [
                    {"incident_id": match.pattern.incident_id, "score": round(match.score, 4)}
                    for match in row.matches[:_SHOWN]
                ],
                "nothing_similar": not similar,
                "recommended": advice.resolution if advice else None,
            }
            file.write(json.dumps(whole, ensure_ascii=False) + "\n")


def figures(fleet: Fleet, rows: Sequence[Row]) -> dict[str, Any]:
    """Best match of the right kind, and whether the unknown is seen to be so."""
    kinds = {one["incident_id"]: one["fault"] for one in fleet.labels if one["recorded"]}
    fresh = fresh_of(fleet)
    found = right = unanswerable = 0
    same: list[float] = []
    removed: list[float] = []
    for one in fresh:
        row = next((row for row in rows if _meets(row.found, one)), None)
        if row is None:
            continue
        found += 1
        ours = [
            match for match in row.matches if kinds.get(match.pattern.incident_id) == one["fault"]
        ]
        others = [match for match in row.matches if match not in ours]
        unanswerable += not ours
        right += bool(row.matches) and row.matches[0] in ours
        if ours:
            same.append(row.matches[0].score)
        removed.append(others[0].score if others else 0.0)
    return {
        "fresh": len(fresh),
        "found": found,
        "right": right,
        "right_share": round(right / found, 3) if found else None,
        "none_of_its_kind_recorded_before": unanswerable,
        "nothing_similar_auroc": _auroc(same, removed),
        "known_called_similar": _share(same),
        "unknown_called_similar": _share(removed),
    }


def _meets(found: Found, label: Mapping[str, Any]) -> bool:
    start, end = seconds(label["start"]) - _NEAR_S, seconds(label["end"]) + _NEAR_S
    return found.device_id == label["device_id"] and start <= found.start <= end


def _share(scores: Sequence[float]) -> float | None:
    return round(float(np.mean([one >= SIMILAR for one in scores])), 3) if scores else None


def _auroc(high: Sequence[float], low: Sequence[float]) -> float | None:
    if not high or not low:
        return None
    one, other = np.array(high)[:, None], np.array(low)
    return round(float((one > other).mean() + 0.5 * (one == other).mean()), 4)


def jittered(seed: int) -> dict[str, float]:
    """Every weight moved at random by up to 20 %."""
    random = np.random.default_rng(seed)
    return {name: weight * random.uniform(0.8, 1.2) for name, weight in WEIGHTS.items()}


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
