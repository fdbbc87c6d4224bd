"""Which amounts hold for a device, where each was said, and why one is missing. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Self

AMOUNTS = ("downtime_cost_per_hour", "visit_cost", "part_cost")
WORDS = {
    "downtime_cost_per_hour": "what an hour of downtime costs",
    "visit_cost": "what a visit costs",
    "part_cost": "what a part costs",
}


class Source(StrEnum):
    """Where it was said, the nearest first."""

    SITE_AND_TYPE = "site_and_type"
    SITE = "site"
    TYPE = "type"
    ALL = "all"


@dataclass(frozen=True)
class Line:
    """What was said once; a site or a type that is not named means every one."""

    site_row: int | None
    device_type: str
    downtime_cost_per_hour: Decimal | None
    visit_cost: Decimal | None
    part_cost: Decimal | None
    currency: str

    @property
    def source(self) -> Source:
        if self.site_row is None:
            return Source.TYPE if self.device_type else Source.ALL
        return Source.SITE_AND_TYPE if self.device_type else Source.SITE


@dataclass(frozen=True)
class Rate:
    amount: Decimal
    source: Source


@dataclass(frozen=True)
class Rates:
    """What holds for one device. None, and `why` says so, where nobody said it."""

    currency: str | None
    downtime_cost_per_hour: Rate | None
    visit_cost: Rate | None
    part_cost: Rate | None
    why: Mapping[str, str]


@dataclass(frozen=True)
class Book:
    """Every line of a tenant, to be asked for many devices."""

    lines: Mapping[tuple[int | None, str], Line]

    @classmethod
    def of(cls, lines: Iterable[Line]) -> Self:
        return cls({(one.site_row, one.device_type): one for one in lines})

    def rates(self, site_row: int, device_type: str) -> Rates:
        """
        >>> book = Book.of([Line(None, "", None, Decimal(90), None, "EUR"),
        ...                 Line(7, "", Decimal(40), Decimal(120), None, "EUR")])
        >>> book.rates(7, "gateway").visit_cost
        Rate(amount=Decimal('120'), source=<Source.SITE: 'site'>)
        >>> book.rates(8, "gateway").why["downtime_cost_per_hour"]
        'nobody said what an hour of downtime costs'
        """
        keys = [(site_row, device_type), (site_row, ""), (None, device_type), (None, "")]
        mine = [self.lines[key] for key in dict.fromkeys(keys) if key in self.lines]
        currency = mine[0].currency if mine else None
        found = {name: _nearest(mine, name, currency) for name in AMOUNTS}
        why = {name: _why(mine, name, currency) for name in AMOUNTS if found[name] is None}
        return Rates(currency, **found, why=why)


def _nearest(lines: Sequence[Line], name: str, currency: str | None) -> Rate | None:
    for one in lines:
        amount = getattr(one, name)
        if amount is not None and one.currency == currency:
            return Rate(amount, one.source)
    return None


def _why(lines: Sequence[Line], name: str, currency: str | None) -> str:
    others = sorted({one.currency for one in lines if getattr(one, name) is not None})
    if others:
        return (
            f"{WORDS[name]} is said in {', '.join(others)} alone, and the nearest tariff is in"
            f" {currency}"
        )
    return f"nobody said {WORDS[name]}"
