"""What a word or phrase of a question can be, and the tagged phrases themselves."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any


class Kind(Enum):
    # the fleet's own
    DEVICE = auto()  # tuple of device ids: it is one of them
    SITE = auto()  # tuple of site ids: it is one of them
    TYPE = auto()  # tuple of type names: any of them
    PLACE = auto()
    TAG = auto()
    FIRMWARE = auto()
    NAME_WORD = auto()  # a word that stands in names of devices
    METRIC = auto()  # tuple of metric names: one of them is meant
    # nouns
    DEVICES = auto()
    SITES = auto()
    TYPES = auto()
    RECORD = auto()
    CATEGORY = auto()
    SEVERITY = auto()
    STATE = auto()
    SOURCE = auto()
    EFFECT = auto()  # whether what was done worked
    EVENT = auto()
    ATTRIBUTE = auto()
    LINK = auto()
    HEALTH = auto()
    COST = auto()
    FORECAST = auto()
    TIMES = auto()  # "how many times", "how often"
    DURATION = auto()  # "how long", "how many hours"
    # what is asked
    HOW_MANY = auto()
    HOW_MUCH = auto()
    HOW = auto()
    WHICH = auto()
    WHAT = auto()
    WHEN = auto()
    WHERE = auto()
    WHY = auto()
    WHO = auto()
    SHOW = auto()
    BE = auto()  # is, was, did, has: a question for yes or no if it comes first
    # how it is looked at
    AGGREGATE = auto()
    SUPERLATIVE = auto()
    TOP = auto()
    COMPARATIVE = auto()  # higher, warmer
    COMPARE = auto()  # above, at least
    THAN = auto()
    TREND = auto()
    CHANGE = auto()
    DIFFERENCE = auto()
    BY = auto()
    RESOLVE = auto()
    # small words that bind
    NOT = auto()
    AND = auto()
    OR = auto()
    EXCEPT = auto()
    ONLY = auto()
    AGAINST = auto()
    PREPOSITION = auto()
    RELATIVE = auto()  # that, who, whose
    COMMA = auto()
    ANY = auto()
    # amounts and times
    NUMBER = auto()
    QUANTITY = auto()
    WINDOW = auto()
    NOW = auto()
    # the rest
    FILLER = auto()
    FOLLOW = auto()
    OFF_TOPIC = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Tag:
    kind: Kind
    value: Any = None


@dataclass(slots=True)
class Item:
    """A tagged phrase. `used` is set by whatever part of the grammar has taken its meaning."""

    kind: Kind
    value: Any
    words: tuple[str, ...]
    text: str  # as it was written
    start: int  # the place of its first token
    end: int  # and the one after its last
    used: bool = False
    others: tuple[Tag, ...] = ()  # what else the same words may be

    @property
    def word(self) -> str:
        return " ".join(self.words)
