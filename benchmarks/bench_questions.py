"""How many of our own questions are answered rightly: by category and by way of speaking.

The questions, the fleet they are about and the truths are in questions/; the truths are computed
from the fleet's files without the product. Half of the questions, chosen by a hash of their text,
may be looked at while the product is built: WRONG=FILE writes its wrong answers there. The other
half is only counted. KEEP=DIR keeps the fleet, with the questions as `homepot evaluate questions`
reads them.
"""

import asyncio
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from questions.asking import FOURTH, SECOND, THIRD, Asked, table, with_truths, write
from questions.estate import KINDS
from questions.making import write_fleet
from questions.rows import read
from questions.running import Result, answers
from questions.scoring import right
from report import Row

SEED = int(os.environ.get("SEED", "7"))
MUST, NONES_MUST, MUST_MS = 85.0, 100.0, 150.0
UNANSWERABLE, LANGUAGES = "unanswerable", "languages"


def run() -> list[Row]:
    with TemporaryDirectory(prefix="homepot-questions-") as folder:
        fleet = write_fleet(Path(os.environ.get("KEEP", folder)) / "fleet", SEED)
        rows = read(fleet)
        asked = with_truths(tables(), rows)
        write(fleet / "questions.jsonl", asked, rows)
        results = asyncio.run(answers(fleet, asked, rows))
    names = {str(site["name"]): str(site["id"]) for site in rows.sites.values()}
    names |= {name: name for name in rows.sites}
    names |= {kind.label: name for name, kind in KINDS.items()}
    well = {one.id: right(one.expects, results.get(one.id), names) for one in asked}
    if path := os.environ.get("WRONG"):
        wrong = [one for one in asked if one.is_shown and not well[one.id]]
        Path(path).write_text(_listed(wrong, results), encoding="utf-8")
    return _rows(asked, well, results)


def tables() -> list[Asked]:
    """All four, each by itself in what is told."""
    return [*table(), *table(SECOND, "s"), *table(THIRD, "t"), *table(FOURTH, "v")]


def _rows(asked: Sequence[Asked], well: dict[str, bool], results: dict[str, Result]) -> list[Row]:
    def share(name: str, some: Sequence[Asked], must: float = MUST) -> Row:
        figure = 100 * sum(well[one.id] for one in some) / max(len(some), 1)
        return Row(f"questions: {name}, {len(some)}", figure, "% right", "at least", must)

    def each(said: str, key: Callable[[Asked], str]) -> list[Row]:
        found = sorted({key(one) for one in asked})
        return [
            share(f"{said} {name}", [one for one in asked if key(one) == name],
                  NONES_MUST if name == UNANSWERABLE else MUST)
            for name in found
        ]  # fmt: skip

    unfair = len(tables()) - len(asked)
    unseen = {True: "the half that is shown", False: "the half that is only counted"}
    halves = [
        share(
            f"{name} table, {unseen[shown]}",
            [one for one in asked if one.table == name and one.is_shown is shown],
        )
        for name in ("first", "second", "third", "fourth")
        for shown in (True, False)
    ]
    refused = [one for one in asked if not well[one.id] and results[one.id]["kind"] == "none"]
    wrong = sum(not good for good in well.values()) - len(refused)
    p95 = float(np.quantile([result["ms"] for result in results.values()], 0.95))
    return [
        share("all", asked),
        Row("questions: refused, and not answered", len(refused), "", "of", len(asked)),
        Row("questions: answered wrongly", wrong, "", "of", len(asked)),
        *halves,
        *each("about", lambda one: one.category),
        *each("said", lambda one: "in another language" if one.category == LANGUAGES else one.way),
        Row("questions: left out, as this seed makes them unfair", unfair, "", "of", len(tables())),
        Row("questions: time to the result, p95", p95, "ms", "at most", MUST_MS),
    ]


def _listed(wrong: Sequence[Asked], results: dict[str, Result]) -> str:
    """Question by question: what was expected, what came."""
    text = [f"# {len(wrong)} wrong answers of the half that is shown", ""]
    for one in wrong:
        result = results[one.id]
        wanted = " or ".join(f"{expect['kind']} {expect['value']}" for expect in one.expects)
        text += [
            f"- **{one.text}** ({one.category}, {one.way}, {one.id}"
            + (f", conversation {one.conversation}" if one.conversation else "") + ")",
            f"  - expected: {wanted}",
            f"  - got: {result['kind']} {str(result['value'])[:300]}",
            f"  - plan: {json.dumps(result['plan'], ensure_ascii=False)[:500]}",
        ]  # fmt: skip
    return "\n".join(text) + "\n"
