"""What a text claims, piece by piece: numbers, moments, directions, and of what it says them."""

from dataclasses import dataclass, field

Side = tuple[str, int]


@dataclass(frozen=True)
class Quantity:
    """A number with what it counts or measures.

    `value` and `step` are in the base unit of the dimension; the step is how finely the number
    was stated, its last digit. `number` is the number as it stands.
    """

    value: float
    step: float
    dimension: str
    number: float
    about: str = ""  # about | over | under | nearly: how it is hedged


PARTS = ("year", "month", "day", "weekday", "hour", "minute", "second")


@dataclass(frozen=True)
class Moment:
    """A point in time, as far as it was stated; an unstated part is None."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    hour: int | None = None
    minute: int | None = None
    second: int | None = None
    on_utc: bool = False
    # The same moment by UTC, where it was written with its offset.
    by_utc: "Moment | None" = field(default=None, compare=False)

    def parts(self) -> tuple[int | None, ...]:
        return tuple(getattr(self, name) for name in PARTS)

    def says_of(self, other: "Moment") -> bool:
        """Whether every part stated here is stated there, and the same.

        >>> Moment(month=11, day=14).says_of(Moment(year=2026, month=11, day=14))
        True
        """
        clock = other.by_utc if self.on_utc and other.by_utc is not None else other
        return all(
            mine is None or mine == theirs
            for mine, theirs in zip(self.parts(), clock.parts(), strict=True)
        )


@dataclass(frozen=True)
class Turn:
    """A word with a direction: on which axes it says which of two opposites (+1 or -1)."""

    sides: frozenset[Side]


@dataclass(frozen=True)
class Phrase:
    """Words that must stand in the statements as they are: a name, the number of a version."""

    words: str


@dataclass(frozen=True)
class Kind:
    """A claim of a kind that nobody may add: a cause, the future, a cost."""

    kind: str


@dataclass(frozen=True)
class Order:
    """Two things compared: the first is more, or earlier, than the second."""

    axis: str
    first: str
    second: str


@dataclass(frozen=True)
class Step:
    """From one amount to another."""

    start: Quantity
    end: Quantity


What = Quantity | Moment | Turn | Phrase | Kind | Order | Step

FAMILIES = ("device", "place", "term")


@dataclass(frozen=True)
class Label:
    """Of whom or what something is said: a device, a place or a metric."""

    family: str
    name: str
    # Taken over from the sentence before, where this one names nobody.
    carried: bool = False


@dataclass(frozen=True)
class Claim:
    what: What
    shown: str
    labels: tuple[Label, ...] = ()
    # The number of its clause in its sentence.
    clause: int = 0

    @property
    def is_amount(self) -> bool:
        return isinstance(self.what, Quantity | Moment)

    def label(self, family: str) -> Label | None:
        return next((label for label in self.labels if label.family == family), None)


@dataclass(frozen=True)
class Said:
    """A sentence: what it claims, which directions it takes, and of what it speaks."""

    claims: tuple[Claim, ...]
    sides: frozenset[Side]
    stems: frozenset[str]
