"""What a metric means to a person: which way of it is bad, and by how much in its own unit.

Statistics tell what is unusual; only the meaning tells what is worth a visit. It is found, in this
order, from what the metric's registry says (unit, direction), from words in its name, and else
left to what the stream itself is like (see `habits`); it counts both ways then.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any


class Direction(StrEnum):
    UP = "up_is_bad"
    DOWN = "down_is_bad"
    BOTH = "both"
    NONE = "none"


@dataclass(frozen=True)
class Meaning:
    """Sizes are in the metric's own unit; 0 means that this sign is not looked for."""

    direction: Direction = Direction.BOTH
    matters: float = 0.0  # a deviation from the usual smaller than this is nobody's business
    matters_share: float = 0.0  # ... or smaller than this share of the usual value
    spreads: float = 1.0  # factor on the engine's own number of spreads
    ramp: float = 0.0  # a steady move this far beyond the usual pace
    jump: float = 0.0  # a single reading's move this large is a step, and no part of a ramp
    drift: float = 0.0  # the mean of half a day this far from that of the week
    freezes: bool = False  # a working sensor of it never repeats itself for long
    lasts: float = 1.0  # times as long as another has to last before it is told
    rests: bool = False  # rises and falls as its device is switched on and off
    steps: bool = True  # whether a deviation from the usual is looked for at all
    traffic: bool = False  # counts what a site is busy with
    works: bool = False  # a device that has it does work, and is warm of it
    warmth: bool = False
    known: bool = True

    @classmethod
    def of(cls, words: Mapping[str, Any]) -> "Meaning":
        """A meaning from its fields, as they are kept."""
        return cls(**{**words, "direction": Direction(words["direction"])})

    def scaled(self, factor: float) -> "Meaning":
        """The same with all sizes in its own unit so many times as large."""
        sizes = ("matters", "matters_share", "ramp", "jump", "drift")
        return replace(self, **{name: getattr(self, name) * factor for name in sizes})

    def on_a_machine(self) -> "Meaning":
        """What the same means on a device that does work: it may cool down while it rests."""
        if not self.warmth or self.direction is not Direction.BOTH:
            return self
        return replace(self, direction=Direction.UP, lasts=1.0)


UNKNOWN = Meaning(spreads=1.3, lasts=3.0, freezes=True, known=False)
_SILENT = Meaning(Direction.NONE, steps=False)
_PERCENT = Meaning(Direction.BOTH, matters=15.0)
# A door that is left open warms a room for half an hour.
_WARMTH = Meaning(Direction.BOTH, matters=2.2, lasts=1.5, freezes=True, warmth=True)

# First match wins: (words in the name, meaning). Words are parts between underscores.
_NAMES: tuple[tuple[str, Meaning], ...] = (
    (r"uptime|serial|version|counter|total", _SILENT),
    (r"cpu|processor|gpu", Meaning(Direction.UP, matters=18.0, works=True)),
    (r"memory|mem|ram|heap", Meaning(Direction.UP, matters=9.0, spreads=0.85, drift=7.0)),
    (
        r"disk|inode|inodes|filesystem|storage|swap",
        Meaning(Direction.UP, ramp=0.74, jump=0.6, steps=False),
    ),
    (r"battery", Meaning(Direction.DOWN, ramp=0.9, jump=0.6, steps=False)),
    (
        r"latency|ping|rtt|delay|jitter|response",
        Meaning(Direction.UP, matters=9.0, matters_share=0.5),
    ),
    (r"loss|lost|dropped", Meaning(Direction.UP, matters=0.8)),
    (r"errors?|failures?|failed|rejects?", Meaning(Direction.UP, matters=0.006)),
    (
        r"transactions?|sales|turnover|orders|customers|visitors|volume",
        Meaning(Direction.DOWN, matters=4.0, matters_share=0.6, spreads=0.75, traffic=True),
    ),
    (r"connections?|sessions?|requests?", Meaning(Direction.NONE, steps=False, traffic=True)),
    (r"queue|backlog|pending", Meaning(Direction.UP, matters=20.0, matters_share=1.0)),
    (
        r"vibration",
        Meaning(Direction.UP, matters=1.2, drift=0.4, freezes=True, works=True),
    ),
    (r"humidity", Meaning(Direction.BOTH, matters=12.0, freezes=True)),
    (r"pressure", Meaning(Direction.BOTH, matters=8.0, freezes=True)),
    (r"temperature|temp|thermocouple|celsius", _WARMTH),
    (r"signal|rssi|rsrp", Meaning(Direction.DOWN, matters=12.0)),
    (
        r"power|watts?",
        Meaning(
            Direction.BOTH, matters_share=0.6, spreads=1.3, freezes=True, works=True, rests=True
        ),
    ),
    (r"voltage|volts?", Meaning(Direction.BOTH, matters_share=0.06, freezes=True)),
    (r"current|amperes?|amps?", Meaning(Direction.BOTH, matters_share=0.35, freezes=True)),
    (
        r"rpm|fan|speed|flow",
        Meaning(Direction.BOTH, matters_share=0.3, freezes=True, works=True, rests=True),
    ),
    (r"load", Meaning(Direction.UP, matters=1.0, matters_share=1.0, works=True)),
    (r"processes|process|threads|files", Meaning(Direction.UP, matters_share=1.0)),
    (r"bytes|packets|reads|writes|throughput", Meaning(Direction.NONE, steps=False)),
    (r"percent|pct|ratio", _PERCENT),
)
_NAMED = tuple((re.compile(rf"(^|_)({words})(_|$)"), meaning) for words, meaning in _NAMES)

_UNITS: dict[str, Meaning] = {
    "%": _PERCENT,
    "°C": _WARMTH,
    "mm/s": Meaning(Direction.UP, matters=1.2, drift=0.4, freezes=True, works=True),
    "ms": Meaning(Direction.UP, matters=9.0, matters_share=0.3),
    "V": Meaning(Direction.BOTH, matters_share=0.06, freezes=True),
    "A": Meaning(Direction.BOTH, matters_share=0.35, freezes=True),
    "W": Meaning(Direction.BOTH, matters_share=0.6, spreads=1.3, freezes=True, rests=True),
    "hPa": Meaning(Direction.BOTH, matters=8.0, freezes=True),
    "dBm": Meaning(Direction.DOWN, matters=12.0),
    "B/s": Meaning(Direction.NONE, steps=False),
    "rpm": Meaning(Direction.BOTH, matters_share=0.3, freezes=True, rests=True),
}


def meaning_of(name: str, unit: str = "", direction: str | None = None) -> Meaning:
    """The meaning of a metric by name and unit; a direction that is known wins.

    >>> meaning_of("network_latency_ms").direction.value
    'up_is_bad'
    >>> meaning_of("Frobnication").known
    False
    """
    words = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower())
    found = next((meaning for named, meaning in _NAMED if named.search(words)), None)
    meaning = found or _UNITS.get(unit, UNKNOWN)
    return replace(meaning, direction=Direction(direction)) if direction else meaning
