"""A tagged question, while the rules take their parts from it. What is left over in the end, and
means something, was not understood."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from homepot.ai.query.language.lexicon import Lexicon
from homepot.ai.query.language.tags import Item, Kind
from homepot.ai.query.language.words.reading import bag
from homepot.ai.query.plan import NoAnswer, Reason, Scope
from homepot.ai.query.when import Window


class UnansweredError(Exception):
    """It can't be answered, and this is why."""

    def __init__(self, why: NoAnswer, subject: str = "", suggestions: Iterable[str] = ()) -> None:
        super().__init__(why.value)
        self.reason = Reason(
            why=why, subject=subject[:200], suggestions=tuple(dict.fromkeys(suggestions))[:5]
        )


# What may be left over without harm.
_HARMLESS = frozenset({
    Kind.FILLER, Kind.BE, Kind.PREPOSITION, Kind.COMMA, Kind.SHOW, Kind.NOW, Kind.ANY,
    Kind.RELATIVE,
    Kind.AND, Kind.DEVICES, Kind.WHAT, Kind.WHICH, Kind.HOW, Kind.SOURCE, Kind.ONLY, Kind.FOLLOW,
    Kind.WHERE, Kind.WHO,
})  # fmt: skip
_HARMLESS_WORDS = bag(
    "doing going good well look looking fine state situation normal up fleet overall total "
    "total in all altogether all told down as"
)


@dataclass
class Sentence:
    items: list[Item]
    lexicon: Lexicon
    as_of: datetime
    now: datetime  # the same by the clock of most sites
    today: date
    text: str
    notes: list[str] = field(default_factory=list)
    scope: Scope = field(default_factory=Scope)  # as the whole question names it
    window: Window | None = None
    is_foreign: bool = False
    zone: ZoneInfo | None = None  # by whose clock its times are meant, where it says so
    free_space: bool = False  # what is free of a metric, not what is used
    passed: list[str] = field(default_factory=list)  # unknown words that stand for nothing
    given: Scope | None = None  # whose devices "it" means, in a conversation

    def all(self, *kinds: Kind, used: bool | None = None) -> list[Item]:
        return [
            item
            for item in self.items
            if item.kind in kinds and (used is None or item.used == used)
        ]

    def free(self, *kinds: Kind) -> list[Item]:
        return self.all(*kinds, used=False)

    def has(self, *kinds: Kind) -> bool:
        return any(item.kind in kinds and not item.used for item in self.items)

    def first(self, *kinds: Kind) -> Item | None:
        return next((item for item in self.items if item.kind in kinds and not item.used), None)

    def take(self, *kinds: Kind) -> Item | None:
        found = self.first(*kinds)
        if found is not None:
            found.used = True
        return found

    def value(self, kind: Kind) -> Any:
        found = self.first(kind)
        return None if found is None else found.value

    def place(self, item: Item) -> int:
        return next(place for place, one in enumerate(self.items) if one is item)

    def before(self, item: Item, skip: Iterable[Kind] = (Kind.FILLER,)) -> Item | None:
        skipped = set(skip)
        for place in range(self.place(item) - 1, -1, -1):
            if self.items[place].kind not in skipped:
                return self.items[place]
        return None

    def after(self, item: Item, skip: Iterable[Kind] = (Kind.FILLER,)) -> Item | None:
        skipped = set(skip)
        for one in self.items[self.place(item) + 1 :]:
            if one.kind not in skipped:
                return one
        return None

    def meaningful(self) -> Iterator[Item]:
        """What says something."""
        return (item for item in self.items if item.kind not in _HARMLESS)

    def left(self) -> list[Item]:
        """What says something and was not used."""
        return [
            item for item in self.meaningful() if not item.used and item.word not in _HARMLESS_WORDS
        ]

    def note(self, said: str) -> None:
        if said and said not in self.notes:
            self.notes.append(said)

    @property
    def asks_ahead(self) -> bool:
        """Will: about what is yet to come."""
        return any("will" in item.words or item.word == "going to" for item in self.items)

    @property
    def opener(self) -> Item | None:
        """The first word that asks something."""
        return self.first(*ASKING)


ASKING = (
    Kind.HOW_MANY, Kind.HOW_MUCH, Kind.HOW, Kind.WHICH, Kind.WHAT, Kind.WHEN, Kind.WHERE, Kind.WHY,
    Kind.WHO, Kind.SHOW, Kind.BE, Kind.ANY, Kind.TIMES, Kind.DURATION,
)  # fmt: skip
THINGS = (Kind.DEVICE, Kind.SITE, Kind.TYPE, Kind.PLACE, Kind.TAG, Kind.NAME_WORD)
