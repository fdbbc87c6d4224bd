"""Which steps between the reports of devices are pauses. Pure; all devices at once."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from homepot.telemetry.intake.batch import Floats, Ints

# So many usual steps without a word are a pause.
STEPS_MISSED = 2.5
# What is usual is told by so many of the last steps, none of them older than that.
STEPS_SEEN = 12
STEPS_NEEDED = 2
SEEN_OVER = timedelta(days=7)
_MICROSECOND = timedelta(microseconds=1)
SEEN_OVER_US = SEEN_OVER // _MICROSECOND
# So far before a moment lies what can tell how usual the step is that it falls in.
LOOKED_BACK = 2 * SEEN_OVER


@dataclass(frozen=True)
class Reported:
    """Reports of several devices, in order of device and time, none of them twice."""

    device: Ints
    at_us: Ints

    def __len__(self) -> int:
        return len(self.at_us)

    @property
    def firsts(self) -> Ints:
        """Where each device begins."""
        if not len(self):
            return np.empty(0, np.int64)
        return np.flatnonzero(np.append(True, self.device[1:] != self.device[:-1]))

    @property
    def lasts(self) -> Ints:
        return np.append(self.firsts[1:], len(self)) - 1 if len(self) else self.firsts


@dataclass(frozen=True)
class Pauses:
    """Of each pause the device, the reports before and after it, and what was usual then."""

    device: Ints
    from_us: Ints
    until_us: Ints
    usual_us: Floats

    def __len__(self) -> int:
        return len(self.device)


def put_together(device: Ints, at_us: Ints) -> Reported:
    """In order, each once."""
    order = np.lexsort((at_us, device))
    device, at_us = device[order], at_us[order]
    new = np.ones(len(order), bool)
    new[1:] = (device[1:] != device[:-1]) | (at_us[1:] != at_us[:-1])
    return Reported(device[new], at_us[new])


def gone_on(reported: Reported, since_us: int) -> Reported:
    """Without what lies before this moment where the last of it is older than what is usual is
    told by: nothing could be judged by it, or by so little of it as was read."""
    if not len(reported):
        return reported
    is_before = reported.at_us < since_us
    before_us = np.where(is_before, reported.at_us, since_us - SEEN_OVER_US - 1)
    latest = np.maximum.reduceat(before_us, reported.firsts)
    lengths = np.diff(np.append(reported.firsts, len(reported)))
    stays = ~is_before | np.repeat(latest >= since_us - SEEN_OVER_US, lengths)
    return Reported(reported.device[stays], reported.at_us[stays])


def _steps_at(reported: Reported, places: Ints) -> Floats:
    """The last steps that ended at these reports, the shortest first; infinite where there are
    not so many."""
    ends = np.maximum(places[:, None] - np.arange(STEPS_SEEN), 1)
    device, at_us = reported.device, reported.at_us
    is_step = (places[:, None] - np.arange(STEPS_SEEN) >= 1) & (
        device[ends - 1] == device[places][:, None]
    )
    is_step &= at_us[ends - 1] >= at_us[places][:, None] - SEEN_OVER_US
    return np.sort(np.where(is_step, at_us[ends] - at_us[ends - 1], np.inf), axis=1)


def usual_at(reported: Reported, places: Ints) -> Floats:
    """The usual step of the devices as it was at these reports, in microseconds; NaN where too
    little was known of it.

    >>> minutes = np.array([0, 10, 20, 21, 50])
    >>> reported = Reported(np.zeros(5, np.int64), minutes * 60_000_000)
    >>> (usual_at(reported, np.arange(5)) / 60_000_000).tolist()
    [nan, nan, 10.0, 10.0, 10.0]
    """
    if len(reported) < 2:
        return np.full(len(places), np.nan)
    steps = _steps_at(reported, places)
    count = np.isfinite(steps).sum(axis=1)
    usual = steps[np.arange(len(places)), np.maximum(3 * (count - 1) // 4, 0)]
    return np.where(count >= STEPS_NEEDED, usual, np.nan)


def shortest_at(reported: Reported, places: Ints) -> Floats:
    """The shortest of the same steps: nothing less than this can ever have been usual."""
    if len(reported) < 2:
        return np.full(len(places), np.nan)
    shortest = _steps_at(reported, places)[:, 0]
    return np.where(np.isfinite(shortest), shortest, np.nan)


def pauses(reported: Reported) -> Pauses:
    """The steps that are pauses. Only those that could be one at all are looked at closely."""
    places = np.empty(0, np.int64)
    if len(reported) > 1:
        step = np.diff(reported.at_us)
        is_step = reported.device[1:] == reported.device[:-1]
        shortest = np.full(len(reported), np.inf)
        shortest[1:][is_step] = step[is_step]
        least = np.minimum.reduceat(shortest, reported.firsts)
        each = np.repeat(least, np.diff(np.append(reported.firsts, len(reported))))
        places = np.flatnonzero(is_step & (step > STEPS_MISSED * each[:-1]))
    usual = usual_at(reported, places)
    step = reported.at_us[places + 1] - reported.at_us[places]
    found = step > STEPS_MISSED * usual  # never where it is not known
    places = places[found]
    return Pauses(
        reported.device[places], reported.at_us[places], reported.at_us[places + 1], usual[found]
    )


def known_from(reported: Reported) -> tuple[Ints, Ints]:
    """The devices of which it was ever known what is usual, and from which moment on."""
    needed = STEPS_NEEDED
    device, at_us = reported.device, reported.at_us
    if len(reported) <= needed:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    is_known = (device[needed:] == device[:-needed]) & (
        at_us[needed:] - at_us[:-needed] <= SEEN_OVER_US
    )
    places = np.flatnonzero(is_known) + needed
    devices, first = np.unique(device[places], return_index=True)
    return devices, at_us[places[first]]
