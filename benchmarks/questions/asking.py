"""The table of questions, read; and written out with what is right, for whoever asks them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from questions.rows import Rows, moment
from questions.truth import Expect, Unfair, expected

TABLE = Path(__file__).with_name("questions.txt")
SECOND = Path(__file__).with_name("second.txt")
THIRD = Path(__file__).with_name("third.txt")
FOURTH = Path(__file__).with_name("fourth.txt")


@dataclass(frozen=True)
class Asked:
    id: str
    category: str
    way: str
    text: str
    truth: str
    as_of: datetime | None
    conversation: str | None
    expects: list[Expect] = field(default_factory=list)

    @property
    def table(self) -> str:
        """Of which table it is, by the mark of its id."""
        return {"s": "second", "t": "third", "v": "fourth"}.get(self.id[0], "first")

    @property
    def is_shown(self) -> bool:
        """Whether it is in the half whose failures are shown; the other is only counted."""
        return sha256(self.text.encode()).digest()[0] % 2 == 0


def table(path: Path = TABLE, mark: str = "n") -> list[Asked]:
    found: list[Asked] = []
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.strip() and not line.startswith("#")]
    for number, line in enumerate(rows, 1):
        category, way, text, truth, *as_of = (part.strip() for part in line.split(" | "))
        follows = rows[number][:1] == "+" if number < len(rows) else False
        goes_on = category.startswith("+")
        conversation = f"c{mark}{number:03d}" if follows else None
        if goes_on and found[-1].conversation:
            conversation = found[-1].conversation
        at = moment(as_of[0]) if as_of else None
        about = category.removeprefix("+")
        found.append(Asked(f"{mark}{number:03d}", about, way, text, truth, at, conversation))
    return found


def with_truths(asked: Sequence[Asked], rows: Rows) -> list[Asked]:
    """Without those that this fleet makes unfair: with the seed that is committed there is none."""
    found = []
    for one in asked:
        try:
            expects = expected(rows, one.truth, one.as_of)
        except Unfair:
            continue
        found.append(Asked(**{**vars(one), "expects": expects}))
    return found


def lines(asked: Sequence[Asked], rows: Rows) -> list[dict[str, Any]]:
    """As `homepot evaluate questions` reads them; further answers that count are in `also`."""
    return [
        {
            "id": one.id, "category": one.category, "way": one.way, "question": one.text,
            "as_of": (one.as_of or rows.as_of).isoformat().replace("+00:00", "Z"),
            **({"conversation_id": one.conversation} if one.conversation else {}),
            "expect": one.expects[0], "also": one.expects[1:],
        }
        for one in asked
    ]  # fmt: skip


def write(path: Path, asked: Sequence[Asked], rows: Rows) -> None:
    text = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in lines(asked, rows))
    path.write_text(text, encoding="utf-8")
