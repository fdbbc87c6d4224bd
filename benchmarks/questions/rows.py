"""A fleet's folder as plain rows, and the times that questions name, without the product."""

import csv
import gzip
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

Span = tuple[datetime, datetime]
# What a time means at a site depends on the site's clock.
Window = Callable[[ZoneInfo], Span]
_EVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass
class Series:
    at: list[datetime] = field(default_factory=list)
    columns: dict[str, list[float | None]] = field(default_factory=dict)

    def between(self, metric: str, start: datetime, end: datetime) -> list[tuple[datetime, float]]:
        first, last = bisect_left(self.at, start), bisect_left(self.at, end)
        found = zip(self.at[first:last], self.columns.get(metric, [])[first:last], strict=False)
        return [(at, value) for at, value in found if value is not None]

    def heard(self, start: datetime, end: datetime) -> list[datetime]:
        return self.at[bisect_left(self.at, start) : bisect_right(self.at, end)]


@dataclass
class Rows:
    sites: dict[str, dict[str, Any]]
    devices: dict[str, dict[str, Any]]
    series: dict[str, Series]
    events: list[dict[str, Any]]
    incidents: list[dict[str, Any]]
    as_of: datetime


def read(folder: Path) -> Rows:
    devices = {one["id"]: one for one in _json(folder / "devices.json")}
    return Rows(
        {one["id"]: one for one in _json(folder / "sites.json")},
        devices,
        {name: _series(folder / "metrics" / f"{name}.csv.gz") for name in devices},
        _lines(folder / "events.jsonl"),
        _lines(folder / "incidents.jsonl"),
        moment(_json(folder / "fleet.json")["as_of"]),
    )


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def _series(path: Path) -> Series:
    found = Series()
    if not path.is_file():
        return found
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.at.append(moment(row.pop("timestamp")))
            for name, value in row.items():
                found.columns.setdefault(name, []).append(float(value) if value else None)
    return found


# -- times ------------------------------------------------------------------------------------


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


@dataclass(frozen=True)
class Times:
    """The windows of a question that is asked at a moment; none reaches beyond it."""

    as_of: datetime

    def last(self, **length: float) -> Window:
        return lambda _: (self.as_of - timedelta(**length), self.as_of)

    def before(self, gap_days: float, **length: float) -> Window:
        """So long, up to so many days ago."""
        end = self.as_of - timedelta(days=gap_days)
        return lambda _: (end - timedelta(**length), end)

    def ever(self) -> Window:
        return lambda _: (_EVER, self.as_of)

    def _days(self, first: Callable[[date], date], last: Callable[[date], date]) -> Window:
        """Whole days of the site's calendar, the last one with them, counted from its today."""

        def window(zone: ZoneInfo) -> Span:
            today = self.as_of.astimezone(zone).date()
            end = _midnight(last(today) + timedelta(days=1), zone)
            return _midnight(first(today), zone), min(end, self.as_of)

        return window

    def day(self, back: int) -> Window:
        return self._days(*(lambda today: today - timedelta(days=back),) * 2)

    def dates(self, first: str, last: str) -> Window:
        return self._days(lambda _: date.fromisoformat(first), lambda _: date.fromisoformat(last))

    def on(self, day: str) -> Window:
        return self.dates(day, day)

    def since(self, day: str) -> Window:
        return self._days(lambda _: date.fromisoformat(day), lambda today: today)

    def week(self, back: int) -> Window:
        """Monday to Sunday."""
        return self._days(
            lambda today: today - timedelta(days=today.weekday() + 7 * back),
            lambda today: today - timedelta(days=today.weekday() + 7 * back - 6),
        )

    def clock(self, day: str, start: str, end: str) -> Window:
        """From one time of a day to another by the site's clock; the end may be the next day."""

        def window(zone: ZoneInfo) -> Span:
            base = date.fromisoformat(day)
            first, last = time.fromisoformat(start), time.fromisoformat(end)
            until = base if last > first else base + timedelta(days=1)
            a = datetime.combine(base, first, zone).astimezone(UTC)
            b = datetime.combine(until, last, zone).astimezone(UTC)
            return a, min(b, self.as_of)

        return window
