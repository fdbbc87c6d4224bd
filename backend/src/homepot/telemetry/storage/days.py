"""Spans of time as partitions: their names and bounds. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

import numpy as np

from homepot.telemetry.intake.batch import Ints

DAY_US = 86_400_000_000
_EPOCH = date(1970, 1, 1)
_FORMS = {"day": "%Y%m%d", "month": "%Y%m"}


def days_of(at_us: Ints) -> set[date]:
    """The days (UTC) that these moments fall on."""
    return {_EPOCH + timedelta(days=int(day)) for day in np.unique(at_us // DAY_US)}


@dataclass(frozen=True)
class Parted:
    """A table that lies in parts, one for each day or month (UTC), named by their first day.

    >>> Parted("device_metrics", "day").name(date(2026, 1, 31))
    'device_metrics_20260131'
    >>> Parted("device_rollups_5m", "month").bounds(date(2026, 12, 1))
    ('2026-12-01 00:00+00', '2027-01-01 00:00+00')
    """

    table: str
    span: Literal["day", "month"]

    def firsts(self, days: Iterable[date]) -> set[date]:
        """The first days of the parts that these days fall into."""
        return set(days) if self.span == "day" else {day.replace(day=1) for day in days}

    def name(self, first: date) -> str:
        return f"{self.table}_{first.strftime(_FORMS[self.span])}"

    def first_of(self, name: str) -> date:
        """The other way round."""
        given = name.removeprefix(f"{self.table}_")
        return datetime.strptime(given, _FORMS[self.span]).replace(tzinfo=UTC).date()

    def bounds(self, first: date) -> tuple[str, str]:
        """From the first moment of the part up to, and without, the first of the next."""
        beyond = first + timedelta(days=1 if self.span == "day" else 31)
        last = beyond if self.span == "day" else beyond.replace(day=1)
        return f"{first.isoformat()} 00:00+00", f"{last.isoformat()} 00:00+00"


READINGS = Parted("device_metrics", "day")
