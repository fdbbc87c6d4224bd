"""What is known of the pauses of a tenant's devices at a moment: as it is kept, and from what came
since, or late, by the same function."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np

from homepot.core.database import Connection
from homepot.telemetry.archive.service import YOUNGEST, Archive
from homepot.telemetry.intake.batch import EPOCH, Floats, Ints, moment
from homepot.telemetry.pauses import reading_store as store
from homepot.telemetry.pauses.logic import (
    LOOKED_BACK,
    STEPS_MISSED,
    STEPS_SEEN,
    Reported,
    gone_on,
    known_from,
    pauses,
    put_together,
    usual_at,
)
from homepot.telemetry.pauses.service import mark_of

EVER = datetime(2000, 1, 1, tzinfo=EPOCH.tzinfo)
_MICROSECOND = timedelta(microseconds=1)
_SECOND_US = 1_000_000


@dataclass(frozen=True)
class Pause:
    """From the report before to the report after, or to the moment of asking; `usual_s` is how
    long a step was then."""

    from_at: datetime
    until_at: datetime
    usual_s: float


@dataclass(slots=True)
class Known:
    """A device of which it is known how often it reports: since when it is heard, its pauses."""

    first_at: datetime
    pauses: list[Pause] = field(default_factory=list)


@dataclass(slots=True)
class _Device:
    """One device on the way: up to `since` all is taken in, and nothing of what comes after."""

    since: datetime
    until: datetime
    first_at: datetime | None = None
    known_at: datetime | None = None
    last_at: datetime | None = None
    usual_s: float | None = None
    shortest_s: float | None = None
    found: dict[datetime, Pause] | None = None

    def add(self, one: Pause) -> None:
        """As far as it was seen then: a pause that went on may not have been one yet."""
        if one.from_at >= self.until:
            return
        seen = replace(one, until_at=min(one.until_at, self.until))
        if (seen.until_at - seen.from_at).total_seconds() > STEPS_MISSED * one.usual_s:
            self.found = self.found or {}
            self.found[one.from_at] = seen

    def stay_silent(self) -> None:
        """Nothing came since the last report, and up to the moment nothing is missing."""
        if self.last_at is not None and self.usual_s is not None:
            self.add(Pause(self.last_at, self.until, self.usual_s))

    def known(self) -> Known | None:
        if self.known_at is None or self.known_at > self.until or self.first_at is None:
            return None
        found = self.found or {}
        return Known(self.first_at, [found[at] for at in sorted(found)])


@dataclass(frozen=True)
class Pausing:
    """Reads in one transaction of the tenant's."""

    tx: Connection
    archive: Archive
    now: datetime

    async def of(
        self, until: Mapping[int, datetime], start: datetime, end: datetime
    ) -> dict[int, Known]:
        """Of each device as it was at a moment, that included: the pauses that reach into the
        window. Devices of which too little was known then are left out."""
        if not until:
            return {}
        rows = sorted(until)
        # First what may be missing: what is taken in meanwhile is then seen twice, never not.
        made = await store.made_at(self.tx)
        mark = mark_of(made) if made is not None else EVER
        late = await store.late(self.tx, rows)
        devices = {row: _Device(EVER, until[row]) for row in rows}
        for row, *standing in await store.standings(self.tx, rows):
            since = min(mark, late.get(row, mark))
            devices[row] = _Device(since, until[row], *standing)
        for row, *pause in await store.pauses(self.tx, rows, start, end):
            _lay(devices[row], Pause(*pause))
        lacking = {row: one for row, one in devices.items() if one.until >= one.since}
        quick = {row: one for row, one in lacking.items() if one.since == mark != EVER}
        await self._go_on(quick)
        await self._read_anew({row: one for row, one in lacking.items() if row not in quick})
        for one in devices.values():
            if one.until < one.since:
                one.stay_silent()
        return {row: known for row, one in devices.items() if (known := one.known())}

    async def _go_on(self, devices: Mapping[int, _Device]) -> None:
        """From where pauses are kept to the moment of asking: few reports of each device, of which
        nearly none come after a pause."""
        if not devices:
            return
        rows = sorted(devices)
        first = next(iter(devices.values())).since
        last = max(one.until for one in devices.values())
        came = put_together(*await store.between(self.tx, rows, first, last))
        close = _may_have_paused(devices, rows, came)
        heard = set(came.device.tolist())
        for row in close:
            if row not in heard:
                devices[row].stay_silent()
        if again := [row for row in close if row in heard]:
            wanted = np.isin(came.device, again)
            mine = Reported(came.device[wanted], came.at_us[wanted])
            await self._judge({row: devices[row] for row in again}, mine)

    async def _read_anew(self, devices: Mapping[int, _Device]) -> None:
        if not devices:
            return
        rows = sorted(devices)
        first = min(one.since for one in devices.values())
        last = max(one.until for one in devices.values())
        device, at_us = await store.between(self.tx, rows, first, last)
        parts = [(device, at_us), *await self._filed(rows, first, last)]
        came = put_together(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
        since = np.array([_us(devices[int(row)].since) for row in came.device], np.int64)
        new = came.at_us >= since
        await self._judge(devices, Reported(came.device[new], came.at_us[new]))

    async def _filed(
        self, rows: Sequence[int], first: datetime, last: datetime
    ) -> list[tuple[Ints, Ints]]:
        if first >= self.now - YOUNGEST:
            return []
        await self.archive.stay(self.tx)
        by_tenant = await self.archive.of_devices(self.tx, rows, first, last)
        return [
            (np.full(len(one), row), one.at_us)
            for of_tenant in by_tenant.values()
            for row, one in of_tenant.items()
        ]

    async def _judge(self, devices: Mapping[int, _Device], came: Reported) -> None:
        """What came after `since`, with as much of what was before as tells what was usual."""
        rows = sorted(devices)
        moments = [devices[row].since for row in rows]
        begin = min(moments) - LOOKED_BACK
        earlier = [await store.before(self.tx, rows, moments, begin, STEPS_SEEN + 1)]
        earlier += await self._filed(rows, begin, max(moments))
        parts = [*earlier, (came.device, came.at_us)]
        whole = put_together(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
        bounds = np.searchsorted(whole.device, [*rows, rows[-1] + 1])
        for row, place, beyond in zip(rows, bounds, bounds[1:], strict=False):
            one = devices[row]
            at_us = whole.at_us[place:beyond]
            at_us = at_us[(at_us <= _us(one.until)) & (at_us >= _us(one.since - LOOKED_BACK))]
            mine = Reported(np.zeros(len(at_us), np.int64), at_us)
            _judge_one(one, gone_on(mine, _us(one.since)))


def _us(at: datetime) -> int:
    return (at - EPOCH) // _MICROSECOND


def _lay(one: _Device, pause: Pause) -> None:
    """A pause that is kept: as it is, or as the report before what is judged anew."""
    if pause.until_at < one.since or one.until < one.since:
        one.add(pause)
    elif pause.from_at < one.since:
        one.last_at, one.usual_s = pause.from_at, pause.usual_s


def _may_have_paused(
    devices: Mapping[int, _Device], rows: Sequence[int], came: Reported
) -> list[int]:
    """Those that said nothing for longer than the shortest of their steps would let them, and
    those of which that is not known."""
    number = np.arange(len(rows))
    last_us = np.array([_us(devices[row].last_at or EVER) for row in rows], np.int64)
    until_us = np.array([_us(devices[row].until) for row in rows], np.int64)
    shortest: Floats = np.array(
        [np.nan if (s := devices[row].shortest_s) is None else s for row in rows], float
    )
    place = np.searchsorted(np.asarray(rows), came.device)
    new = (came.at_us > last_us[place]) & (came.at_us <= until_us[place])
    place, at_us = place[new], came.at_us[new]
    heard = put_together(np.concatenate([number, place]), np.concatenate([last_us, at_us]))
    ended = put_together(
        np.concatenate([heard.device, number]),
        np.concatenate([heard.at_us, np.maximum(until_us, last_us)]),
    )
    least = np.fmin(_extreme(heard, np.minimum, np.inf), shortest * _SECOND_US)
    most = _extreme(ended, np.maximum, 0)
    is_close = ~(most <= STEPS_MISSED * least) | np.isnan(shortest)
    return [rows[int(n)] for n in np.flatnonzero(is_close)]


def _extreme(reported: Reported, of: np.ufunc, none: float) -> Floats:
    """Of each device its longest or shortest step."""
    step = np.full(len(reported), float(none))
    same = reported.device[1:] == reported.device[:-1]
    step[1:][same] = np.diff(reported.at_us)[same]
    found: Floats = of.reduceat(step, reported.firsts)
    return found


def _judge_one(one: _Device, mine: Reported) -> None:
    """Its reports from `since` on, after those just before."""
    since_us, at_us = _us(one.since), mine.at_us
    new = at_us[at_us >= since_us]
    before = at_us[at_us < since_us]
    if len(at_us):
        first_at = moment(int(at_us[0]))
        one.first_at = min(one.first_at or first_at, first_at)
    if one.known_at is None or one.known_at > one.until:
        _, known_us = known_from(mine)
        one.known_at = moment(int(known_us[0])) if len(known_us) else None
    at, usual_s = one.last_at, one.usual_s
    if not len(before) and at is not None and at < one.since and usual_s is not None:
        one.add(Pause(at, moment(int(new[0])) if len(new) else one.until, usual_s))
    found = pauses(mine)
    for from_us, until_us, usual_us in zip(
        found.from_us, found.until_us, found.usual_us, strict=True
    ):
        if until_us >= since_us:
            one.add(Pause(moment(int(from_us)), moment(int(until_us)), usual_us / _SECOND_US))
    if len(at_us):
        usual_us = usual_at(mine, np.array([len(at_us) - 1]))[0]
        if not np.isnan(usual_us):
            one.add(Pause(moment(int(at_us[-1])), one.until, usual_us / _SECOND_US))
