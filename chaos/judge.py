"""Compares what was said and acknowledged with what is stored. Pure.

acknowledged => stored exactly once, with the value sent; a correction stands
stored       => was said
rollups, newest values and charts => what follows from the stored rows
"""

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from chaos.ledger import Row, Saying
from chaos.stored import Bucket, Newest, Place, StoredRow, Summary

# 429: later; 503: the database is away. Any other refusal of good readings is a fault.
PERMITTED = frozenset({429, 503})
_CLOSE = 1e-9


@dataclass(frozen=True)
class Violation:
    kind: str
    words: str


@dataclass
class _Told:
    """Of one device and moment: the values that must be stored, and others that may be."""

    must: dict[str, float]
    may: dict[str, set[float]]


def judge_rows(
    sayings: Iterable[Saying], stored: Iterable[StoredRow], known_elsewhere: Collection[str] = ()
) -> list[Violation]:
    """Of devices `known_elsewhere` nothing is in the sayings: their rows are judged apart."""
    told = _told(sayings)
    found: list[Violation] = []
    seen: set[tuple[str, int]] = set()
    for row in stored:
        if row.device_id in known_elsewhere:
            continue
        place = (row.device_id, row.at_us)
        if place in seen:
            found.append(Violation("doubled", f"{_place(*place)} is stored more than once"))
            continue
        seen.add(place)
        said = told.get(place)
        if said is None:
            found.append(Violation("never sent", f"{_place(*place)} is stored, nobody sent it"))
            continue
        found += _compare(place, said, row.said())
    for place, said in told.items():
        if said.must and place not in seen:
            words = f"{_place(*place)} was acknowledged and is not stored"
            found.append(Violation("lost", words))
    return found


def _told(sayings: Iterable[Saying]) -> dict[tuple[str, int], _Told]:
    """Of acknowledged sayings the last word stands; of others it is not known whether it does."""
    told: dict[tuple[str, int], _Told] = {}
    for saying in sayings:
        for row in saying.rows:
            place = told.setdefault((row.device_id, row.at_us), _Told({}, {}))
            if saying.is_acknowledged:
                place.must.update(row.values)
            else:
                for name, value in row.values.items():
                    place.may.setdefault(name, set()).add(value)
    return told


def _compare(
    place: tuple[str, int], said: _Told, stored: Mapping[str, float]
) -> Iterable[Violation]:
    for name, value in said.must.items():
        if name not in stored:
            words = f"{_place(*place)}: {name} was acknowledged and is not stored"
            yield Violation("lost", words)
        elif stored[name] != value and stored[name] not in said.may.get(name, ()):
            words = f"{_place(*place)}: {name} was sent as {value}, stored is {stored[name]}"
            yield Violation("wrong value", words)
    for name in stored.keys() - said.must.keys():
        if stored[name] not in said.may.get(name, ()):
            words = f"{_place(*place)}: {name} {stored[name]} is stored, nobody sent it"
            yield Violation("never sent", words)


# Which count of a receipt is to be that of all rows, when the first try was answered.
_EXPECTED: Mapping[str, tuple[str, ...]] = {
    "rows new": ("stored",),
    "rows repeat": ("repeated",),
    "rows correct": ("corrected",),
    "rows more": ("stored",),
    "wire new": ("stored",),
    "wire repeat": ("repeated",),
}
_ALSO_AFTER_A_LOST_ANSWER: Mapping[str, tuple[str, ...]] = {
    "rows new": ("stored", "repeated"),
    "rows repeat": ("repeated",),
    "rows correct": ("corrected", "repeated"),
    "rows more": ("stored", "repeated"),
    "wire new": ("stored", "repeated"),
    "wire repeat": ("repeated",),
}


def judge_receipts(way: str, sayings: Iterable[Saying]) -> list[Violation]:
    """Every row of every answered saying is in the count where it belongs."""
    kind = "rows" if way == "columns" else way
    found = []
    for saying in sayings:
        receipt = saying.receipt
        if receipt is None:
            continue
        counts = vars(receipt)
        if sum(counts.values()) != len(saying.rows):
            words = f"{way}, saying {saying.number}: {len(saying.rows)} rows, receipt {counts}"
            found.append(Violation("receipt", words))
            continue
        # 503 also stands where the database went away in the commit: nobody knows what it did.
        is_unsure = saying.unanswered or 503 in saying.refusals
        table = _ALSO_AFTER_A_LOST_ANSWER if is_unsure else _EXPECTED
        wanted = table.get(f"{kind} {saying.intent}")
        if wanted and sum(counts[name] for name in wanted) != len(saying.rows):
            words = f"{way}, saying {saying.number} ({saying.intent}): receipt {counts}"
            found.append(Violation("receipt", words))
    return found


def judge_answers(way: str, sayings: Iterable[Saying]) -> list[Violation]:
    """Good readings are refused with "later" alone, and at the end nothing is left unsent."""
    found = []
    for saying in sayings:
        for status in set(saying.refusals) - PERMITTED:
            words = f"{way}, saying {saying.number}: answered {status}"
            found.append(Violation("answer", words))
        if not saying.is_acknowledged:
            words = f"{way}, saying {saying.number}: never acknowledged"
            found.append(Violation("undelivered", words))
    return found


def judge_agent(
    device_id: str,
    numbers: int,
    waiting: Collection[int],
    stored: Iterable[StoredRow],
    known: Sequence[Row] = (),
) -> list[Violation]:
    """An agent's reports are numbered from 1 without a gap: each is stored once, or waits."""
    found: list[Violation] = []
    at_us: dict[int, int] = {}
    values: dict[int, Mapping[str, float]] = {}
    for row in stored:
        measured = row.said()
        number = int(measured["sequence"])
        if number in at_us:
            words = f"report {number} of agent {device_id} is stored more than once"
            found.append(Violation("doubled", words))
        at_us[number], values[row.at_us] = row.at_us, measured
    if waiting:
        words = f"{len(waiting)} reports of agent {device_id} wait at the end"
        found.append(Violation("undelivered", words))
    for number in range(1, numbers):
        if number not in at_us and number not in waiting:
            words = f"report {number} of agent {device_id} is neither stored nor waiting"
            found.append(Violation("lost", words))
    for number in sorted(set(at_us) - set(range(1, numbers))):
        words = f"report {number} of agent {device_id} is stored, it was never made"
        found.append(Violation("never sent", words))
    for kept in known:
        if values.get(kept.at_us, kept.values) != kept.values:
            words = f"{_place(device_id, kept.at_us)}: stored is not what the agent kept"
            found.append(Violation("wrong value", words))
    in_order = [at_us[number] for number in sorted(at_us)]
    if in_order != sorted(in_order):
        words = f"the times of agent {device_id} are not in the order of its numbers"
        found.append(Violation("wrong value", words))
    return found


def rolled_up(stored: Iterable[StoredRow], span_us: int) -> dict[Place, Bucket]:
    """What the rollups must be, from the rows, one by one."""
    by_place: dict[Place, list[float]] = defaultdict(list)
    newest: dict[tuple[str, int, str], tuple[int, float]] = {}
    for row in stored:
        first_us = row.at_us - row.at_us % span_us
        for name, value in row.said().items():
            by_place[row.device_id, first_us, row.metrics, name].append(value)
            # Of a metric, whichever set of metrics it came in.
            of_metric, measured = (row.device_id, first_us, name), (row.at_us, value)
            newest[of_metric] = max(newest.get(of_metric, measured), measured)
    return {
        place: Bucket(
            len(values),
            min(values),
            max(values),
            math.fsum(values),
            newest[place[0], place[1], place[3]][1],
        )
        for place, values in by_place.items()
    }


def judge_rollups(
    table: str,
    stored: Iterable[StoredRow],
    kept: Mapping[Place, Bucket],
    span_us: int,
    closed_us: int,
) -> list[Violation]:
    """Of buckets that begin before `closed_us`; the others are not made yet."""
    wanted = rolled_up(stored, span_us)
    found = []
    for place in wanted.keys() | kept.keys():
        if place[1] >= closed_us:
            continue
        ours, theirs = wanted.get(place), kept.get(place)
        if ours is None or theirs is None or not _same(ours, theirs):
            device_id, at_us, _, metric = place
            words = f"{_place(device_id, at_us)}, {metric}: the rows give {ours}, kept is {theirs}"
            found.append(Violation("rollup", f"{table} {words}"))
    return found


def _same(ours: Bucket, theirs: Bucket) -> bool:
    """Sums may be added up in another order; everything else is exact."""
    is_sum_same = math.isclose(ours.total, theirs.total, rel_tol=_CLOSE, abs_tol=_CLOSE)
    return is_sum_same and ours._replace(total=0.0) == theirs._replace(total=0.0)


def judge_newest(stored: Iterable[StoredRow], shown: Mapping[str, Newest]) -> list[Violation]:
    """The API shows of each metric of each device the value measured last."""
    newest: dict[str, dict[str, tuple[int, float]]] = defaultdict(dict)
    for row in stored:
        of_device = newest[row.device_id]
        for name, value in row.said().items():
            if name not in of_device or of_device[name][0] < row.at_us:
                of_device[name] = (row.at_us, value)
    found = []
    for device_id in newest.keys() | shown.keys():
        values = {name: value for name, (_, value) in newest[device_id].items()}
        at_us = max((at for at, _ in newest[device_id].values()), default=0)
        told = shown.get(device_id, Newest(0, {}))
        if told.values != values or told.at_us != at_us:
            words = f"{device_id}: the rows give {values} at {at_us}, shown is {told}"
            found.append(Violation("newest", words))
    return found


def judge_charts(
    stored: Iterable[StoredRow],
    ask: Callable[[str, Sequence[str], tuple[int, int]], Mapping[str, Summary]],
    metrics: Sequence[str],
) -> list[Violation]:
    """What the charts of each device add up to is what is stored of it."""
    by_device: dict[str, list[StoredRow]] = defaultdict(list)
    for row in stored:
        by_device[row.device_id].append(row)
    found = []
    for device_id, rows in sorted(by_device.items()):
        times = [row.at_us for row in rows]
        shown = ask(device_id, metrics, (min(times), max(times)))
        for metric in metrics:
            measured = [row.said().get(metric) for row in rows]
            values = [value for value in measured if value is not None]
            ours = Summary(len(values), min(values), max(values)) if values else None
            if shown.get(metric) != ours:
                words = f"{device_id}, {metric}: the rows give {ours}, shown {shown.get(metric)}"
                found.append(Violation("chart", words))
    return found


def _place(device_id: str, at_us: int) -> str:
    return f"{device_id} at {at_us} us"
