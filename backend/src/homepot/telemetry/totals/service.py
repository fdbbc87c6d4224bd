"""Use cases of totals: what the readings of a fleet come to, wherever they lie."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from homepot.core.database import Connection
from homepot.core.errors import BadInput
from homepot.telemetry.archive.rows import Rows
from homepot.telemetry.archive.service import YOUNGEST, Archive
from homepot.telemetry.intake.batch import moment
from homepot.telemetry.rollups.logic import HOUR
from homepot.telemetry.totals import reports_store, store, sums_store
from homepot.telemetry.totals.logic import Laid, Late, Part, Span, inside, laid, led_up_to
from homepot.telemetry.totals.reports_store import Heard, Reports
from homepot.telemetry.totals.store import Filed

__all__ = [
    "Beyond", "Ends", "Extreme", "Heard", "Increase", "Middle", "Part", "Reader",
    "Reports", "Span", "Sum", "TooMuch",
]  # fmt: skip

FILED_VALUES_MAX = 2_000_000
DENSE_DEVICES_MIN = 100
DENSE_PER_HOUR_MIN = 24
_ASKED_HOW_DENSE = 20
_LOOKED_BACK_DAYS = (0.1, 1, 7, 31, 366, 3_660)


class TooMuch(BadInput):
    """That would take more archived readings than can be read at once."""

    kind = "too-much-at-once"


@dataclass(frozen=True)
class Sum:
    group: int
    label: int
    count: int
    total: float
    low: float
    high: float
    devices: int


@dataclass(frozen=True)
class Middle:
    group: int
    label: int
    count: int
    value: float
    spread: float
    devices: int


@dataclass(frozen=True)
class Beyond:
    group: int
    label: int
    count: int
    seconds: float
    times: int
    devices: int


@dataclass(frozen=True)
class Extreme:
    group: int
    label: int
    count: int
    value: float
    at: datetime
    devices: int


@dataclass(frozen=True)
class Increase:
    """What a counter grew by; after a fall it began again at nothing."""

    group: int
    label: int
    count: int
    steps: int
    value: float
    rises: int
    falls: int
    devices: int


@dataclass(frozen=True)
class Ends:
    """The first and the last reading of a device."""

    group: int
    label: int
    device: int
    count: int
    first_at: datetime
    first: float
    last_at: datetime
    last: float


@dataclass(frozen=True)
class Reader:
    """Reads in one transaction of the tenant's; `metrics` are what parts point at by number."""

    tx: Connection
    archive: Archive
    metrics: Sequence[str]
    now: datetime
    # from when on there are sums over five minutes; None: they are not read
    fine_since: datetime | None = None

    async def sums(self, parts: Sequence[Part]) -> list[Sum]:
        made = await sums_store.made(self.tx)
        at = made["rollups_1h"]
        whole = [span for part in parts for span in inside(part.spans, HOUR, at)]
        behind: Sequence[Late] = []
        if whole:
            devices = [device for part in parts for device in part.devices]
            first, end = min(whole).start, max(span.end for span in whole)
            behind = await sums_store.late(self.tx, devices, first, end)
            if await self._is_dense(parts, devices, end - HOUR):
                made = {**made, "rollups_5m": at}
        cut = [one for part in parts for one in laid(part, made, behind)]
        rows = await sums_store.sums(self.tx, self.metrics, cut, await self._filed(cut))
        return [Sum(*row) for row in rows]

    async def _is_dense(
        self, parts: Sequence[Part], devices: Sequence[int], hour: datetime
    ) -> bool:
        """Whether it is worth while to read less than an hour from sums over five minutes: for
        many devices that report much more often than that."""
        first = min(span.start for part in parts for span in part.spans)
        if self.fine_since is None or first < self.fine_since or len(devices) < DENSE_DEVICES_MIN:
            return False
        some = devices[:: max(1, len(devices) // _ASKED_HOW_DENSE)]
        return await sums_store.per_hour(self.tx, some, hour) > DENSE_PER_HOUR_MIN

    async def middles(self, parts: Sequence[Part], percent: float) -> list[Middle]:
        cut = _as_they_came(parts)
        filed = await self._filed(cut)
        rows = await store.middles(self.tx, self.metrics, cut, filed, percent / 100)
        return [Middle(*row) for row in rows]

    async def beyond(self, parts: Sequence[Part], limit: float, *, above: bool) -> list[Beyond]:
        cut = _as_they_came(parts)
        filed = await self._filed(cut)
        rows = await store.beyond(self.tx, self.metrics, cut, filed, limit, above=above)
        return [Beyond(*row) for row in rows]

    async def extremes(self, parts: Sequence[Part], *, highest: bool) -> list[Extreme]:
        cut = _as_they_came(parts)
        filed = await self._filed(cut)
        rows = await store.extremes(self.tx, self.metrics, cut, filed, highest=highest)
        return [Extreme(*row) for row in rows]

    async def ends(self, parts: Sequence[Part]) -> list[Ends]:
        cut = _as_they_came(parts)
        rows = await store.ends(self.tx, self.metrics, cut, await self._filed(cut))
        return [Ends(*row) for row in rows]

    async def increases(self, parts: Sequence[Part]) -> list[Increase]:
        """From the reading before each span on, where one is not much older."""
        cut = _as_they_came([replace(one, spans=led_up_to(one.spans)) for one in parts])
        rows = await store.increases(self.tx, self.metrics, cut, await self._filed(cut))
        return [Increase(*row) for row in rows]

    async def reports(self, asked: Sequence[Heard]) -> list[Reports]:
        """How steadily devices reported anything, each between two moments of its own."""
        filed: list[tuple[int, datetime]] = []
        for one in asked:
            if one.start < self.now - YOUNGEST:
                await self.archive.stay(self.tx)
                by_tenant = await self.archive.of_devices(self.tx, one.devices, one.start, one.end)
                filed += [
                    (device, moment(int(at_us)))
                    for rows_of in by_tenant.values()
                    for device, rows in rows_of.items()
                    for at_us in rows.at_us
                ]
                if len(filed) > FILED_VALUES_MAX:
                    raise TooMuch("Ask for fewer devices or a shorter time of what is archived.")
        return await reports_store.reports(self.tx, asked, filed)

    async def newest(
        self, devices: Sequence[int], wanted: Sequence[int], until: datetime
    ) -> dict[int, tuple[datetime, float]]:
        """By device, the last reading that is not after this moment."""
        rows = await store.newest(self.tx, self.metrics, devices, wanted)
        found = {device: (at, value) for device, at, value in rows if at <= until}
        later = {device for device, at, _ in rows if at > until}
        metric_of = dict(zip(devices, wanted, strict=True))
        for first, end in _back_from(until):
            if not later:
                break
            some = sorted(later)
            metrics = [metric_of[device] for device in some]
            for one in await self.ends([Part(some, some, metrics, [Span(first, end)])]):
                found[one.device] = (one.last_at, one.last)
            later -= found.keys()
        return found

    async def heard(self, devices: Sequence[int], until: datetime) -> dict[int, datetime]:
        """By device, when it measured the last of what it said up to this moment."""
        known = await store.heard(self.tx, devices)
        found = {device: at for device, at in known.items() if at <= until}
        later = known.keys() - found.keys()
        for first, end in _back_from(until):
            if not later:
                break
            some = sorted(later)
            found |= await store.heard_within(self.tx, some, first, end)
            if first < self.now - YOUNGEST:
                await self._heard_in_files(found, some, first, end)
            later -= found.keys()
        return found

    async def _heard_in_files(
        self, found: dict[int, datetime], devices: Sequence[int], first: datetime, end: datetime
    ) -> None:
        await self.archive.stay(self.tx)
        by_tenant = await self.archive.of_devices(self.tx, devices, first, end)
        for rows_of in by_tenant.values():
            for device, rows in rows_of.items():
                if len(rows):
                    at = moment(int(rows.at_us[-1]))
                    found[device] = max(at, found.get(device, at))

    async def _filed(self, parts: Sequence[Laid]) -> Filed | None:
        """What the archive holds of what is read as it came; None where that is nothing."""
        found: list[tuple[int, int, Rows]] = []
        for one in parts:
            old = [span for span in one.raw if span.start < self.now - YOUNGEST]
            if not old:
                continue
            await self.archive.stay(self.tx)
            metric_of = dict(zip(one.part.devices, one.part.metrics, strict=True))
            for span in _joined(old):
                by_tenant = await self.archive.of_devices(
                    self.tx, one.part.devices, span.start, span.end
                )
                found += [
                    (device, metric_of[device], rows)
                    for devices in by_tenant.values()
                    for device, rows in devices.items()
                ]
        return await asyncio.to_thread(self._as_filed, found) if found else None

    def _as_filed(self, found: Sequence[tuple[int, int, Rows]]) -> Filed | None:
        filed = Filed([], [], [], [])
        for device, metric, rows in found:
            name = self.metrics[metric]
            if name not in rows.metrics:
                continue
            values = rows.values[:, rows.metrics.index(name)]
            said = np.flatnonzero(~np.isnan(values))
            filed.devices.extend([device] * len(said))
            filed.metrics.extend([metric] * len(said))
            filed.at.extend(moment(int(at_us)) for at_us in rows.at_us[said])
            filed.values.extend(values[said].tolist())
            if len(filed.values) > FILED_VALUES_MAX:
                raise TooMuch("Ask for fewer devices or a shorter time of what is archived.")
        return filed if filed.values else None


def _back_from(until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Windows that end one where the other begins, longer and longer: most devices spoke lately."""
    end = until + timedelta(microseconds=1)
    for days in _LOOKED_BACK_DAYS:
        first = until - timedelta(days=days)
        yield first, end
        end = first


def _as_they_came(parts: Sequence[Part]) -> list[Laid]:
    return [Laid(part, {}, part.spans) for part in parts]


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Spans of the archive that are read together: days are files, and cuts within them are made
    by the statement."""
    found: list[Span] = []
    for span in spans:
        if found and (span.start - found[-1].end).total_seconds() < 43_200:
            found[-1] = Span(found[-1].start, span.end)
        else:
            found.append(Span(span.start, span.end))
    return found
