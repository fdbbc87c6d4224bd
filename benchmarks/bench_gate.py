"""What the small model may say: how often its words are shown, and whether any is wrong.

The facts are made from tables of chance, in the shapes that answers have. Whether what was shown
is right is judged from the table, by who stands beside a figure; the gate has no part in it.
"""

import asyncio
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench_llm import serving
from report import Row
from stage import data_folder

from homepot.ai.analysis_modes.modes import MODES
from homepot.ai.llm.gate import Facts
from homepot.ai.llm.narrator import retelling
from homepot.ai.llm.running import asking
from homepot.ai.llm.service import LlmService
from homepot.core.settings import Settings

EACH = 8
NAMES = (
    "Bar Till",
    "Cold Store North",
    "Conveyor A",
    "Dining Till 2",
    "Gateway",
    "Plant Server",
)
METRICS = {
    "temperature": "°C",
    "processor load": "%",
    "memory used": "%",
    "network latency": "ms",
}


@dataclass(frozen=True)
class Told:
    """Facts, and the table they were made from: which figure is whose."""

    facts: Facts
    owners: dict[str, str]
    counts: frozenset[str]
    denies: bool = False


def run() -> list[Row]:
    with data_folder() as data, serving(data) as (url, _):
        return asyncio.run(_measure(data, int(url.rpartition(":")[2])))


async def _measure(data: Path, port: int) -> list[Row]:
    told = list(_made(random.Random(7)))  # noqa: S311
    manner = next(iter(MODES.values())).manner
    async with asking(Settings(data_dir=data, model_server_port=port)) as llm:
        shown = [(one, await _shown(llm, one.facts, manner)) for one in told]
    said = [(one, text) for one, text in shown if text]
    wrong = [reason for one, text in said for reason in _wrong(one, text)]
    return [
        Row(
            "gate: answers that the small model may word",
            len(said),
            "",
            "asked",
            len(told),
        ),
        Row("gate: wrong among what is shown", len(wrong), "", "shown", len(said)),
    ]


async def _shown(llm: LlmService, facts: Facts, manner: str) -> str:
    last = ""
    async for piece in retelling(llm, facts, manner=manner, user="bench"):
        last = piece.text
    return last


def _made(chance: random.Random) -> Iterator[Told]:
    for _ in range(EACH):
        names = chance.sample(NAMES, 3)
        metric, unit = chance.choice(list(METRICS.items()))
        figures = [f"{value / 10:.1f}" for value in sorted(chance.sample(range(50, 990), 3))[::-1]]
        owners = dict(zip(figures, names, strict=True))
        listed = [f"{name} with {figure} {unit}" for figure, name in owners.items()]
        top = (
            f"The 3 devices with the highest average {metric} over the last 24 hours are"
            f" {listed[0]}, {listed[1]} and {listed[2]}."
        )
        yield Told(_facts([top], metric), owners, frozenset({"3", "24"}))
        rests = chance.randrange(100, 2_000)
        one = f"The maximum {metric} of {names[0]} over the last 7 days was {figures[0]} {unit}."
        beside = f"It rests on {rests} readings of one device."
        yield Told(
            _facts([one, beside, f"{names[0]} is healthy now."], metric),
            {figures[0]: names[0]},
            frozenset({"7", str(rests), "1"}),
        )
        many = f"2 devices are not healthy: {names[1]} and {names[2]}."
        yield Told(
            _facts(
                [many, f"{names[1]} is warning now.", f"{names[2]} is critical now."],
                metric,
            ),
            {},
            frozenset({"2"}),
        )
        none = f"There are none: the incidents of {names[0]} this week."
        yield Told(_facts([none, f"{names[0]} is healthy now."], metric), {}, frozenset(), True)


def _facts(statements: list[str], metric: str) -> Facts:
    return Facts(statements, devices=NAMES, terms=[metric], finding=statements[0])


def _wrong(told: Told, text: str) -> Iterator[str]:
    """By the table alone: a figure that is not in it, or nearer to somebody else's name."""
    if told.denies and not re.search(r"\b(?:no|none|not|zero|0)\b", text.lower()):
        yield f"it does not deny: {text}"
    for sentence in re.split(r"(?<=[.!?])\s+", text):
        places = [(match.start(), name) for name in NAMES for match in re.finditer(name, sentence)]
        plain = sentence
        for name in NAMES:
            plain = plain.replace(name, "_" * len(name))
        for match in re.finditer(r"\d+(?:\.\d+)?", plain):
            owner = told.owners.get(match[0])
            if owner is None and match[0] not in told.counts:
                yield f"{match[0]} is in no table: {text}"
            before = [name for place, name in sorted(places) if place < match.start()]
            beside = before[-1:] or [name for _, name in sorted(places)[:1]]
            if owner is not None and beside and beside != [owner]:
                yield f"{match[0]} is not of {beside[0]}: {text}"
