"""The inner step: reports in the order they came, each metric of each, one after the other.

All that is known of a stream is one row, which is read and written once while the processor has it
near. So nothing depends on how reports are cut into batches: there is nothing but the order.
"""

import math
from typing import NamedTuple

import numpy as np

from homepot.ai.anomaly_detection.engine.columns import Places, Row
from homepot.ai.anomaly_detection.engine.compiling import entry, inlined, seldom
from homepot.ai.anomaly_detection.engine.habits import counts_traffic
from homepot.ai.anomaly_detection.engine.joint import decide, square_of
from homepot.ai.anomaly_detection.engine.notes import (
    BACK,
    OVER,
    TOGETHER,
    TOLD,
    Fed,
    Kept,
    Written,
)
from homepot.ai.anomaly_detection.engine.ruler import forget, keep_first
from homepot.ai.anomaly_detection.engine.season import (
    Hour,
    bounded,
    hour_of,
    learn,
    restless,
    usual_of,
    with_traffic,
)
from homepot.ai.anomaly_detection.engine.state import FIRST_READINGS
from homepot.ai.anomaly_detection.engine.surprise import news_of, repeats, surprise_of
from homepot.ai.anomaly_detection.engine.telling import chance_of, deviates, tell
from homepot.ai.anomaly_detection.engine.worth import (
    Moved,
    median_of_recent,
    off_usual,
    voices,
)

_MISSED_MOST = 8.0
_LOST_WEIGHT = 0.005
_LOST_MOST = 0.4
_UNEVEN_WEIGHT = 0.02
_SCORE_HALF_BITS = 10.0  # the surprise that scores one half
_FAR = 1e30
_DAY_S = 86400.0


class Moment(NamedTuple):
    """A device and its report."""

    at: float
    hour: Hour
    traffic: float
    learning: bool  # it has not been known for long enough to speak
    settling: bool  # something was changed on purpose
    together: bool  # it was off by its metrics together
    loud: bool  # ... and that was worth telling


@entry
def step(fed: Fed, kept: Kept, written: Written, p: Row) -> None:
    rows, streams, values = fed.row, fed.stream, fed.value
    meaning, measures, known = kept.meaning, kept.measures, kept.streams
    all_spoken, all_busy, tally = written.spoken, written.busy, written.tally[0]
    end = 0
    for report in range(len(fed.device)):
        first, end = end, _end_of(rows, end, report)
        d, at = kept.devices[fed.device[report]], fed.at[report]
        if not (math.isfinite(at) and at > d.last_at):
            tally.late += 1
            continue
        if d.silence:
            _note_back(fed, d, report, written)
        factor = float(fed.traffic[report]) if len(fed.traffic) else 1.0
        moment = _begun(d, at, fed.local[report], factor, tally, p)
        for k in range(first, end):
            s, m = known[streams[k]], measures[meaning[streams[k]]]
            spoken, busy = all_spoken[tally.spoken + tally.said], all_busy[tally.busy]
            spoken.stream, busy.report = streams[k], report
            _value(s, m, values[k], moment, tally, spoken, busy, p)
        if tally.said:
            _note_told(fed, d, report, written, p)
        if tally.judged:
            _together(fed, kept, first, end, report, moment, written, p)
        if d.event_open and at - d.hot_at > p.calm_s:
            _note_over(fed, d, report, written)
        d.last_at = at


@inlined
def _end_of(rows: Places, begin: int, report: int) -> int:
    """Where the values of the next report begin."""
    end = begin
    while end < len(rows) and rows[end] == report:
        end += 1
    return end


@inlined
def _begun(d: Row, at: float, local_s: float, traffic: float, tally: Row, p: Row) -> Moment:
    _meet(d, at)
    tally.judged, tally.said, tally.squares, tally.news = 0, 0, 0, 0
    tally.least, tally.strongest, tally.fresh, tally.unknown = 1, 0, False, False
    learning = at - d.first_at < p.learning_s and not d.taught
    settling = at < d.settling_until
    return Moment(
        at, hour_of(local_s), traffic, learning, settling, bool(d.joint_on), bool(d.joint_loud)
    )


@inlined
def _together(
    fed: Fed, kept: Kept, first: int, end: int, report: int, moment: Moment, written: Written,
    p: Row,
) -> None:  # fmt: skip
    """What the metrics of a report are together."""
    tally, d = written.tally[0], kept.devices[fed.device[report]]
    written.score[report] = tally.news / (tally.news + _SCORE_HALF_BITS)
    written.joint[report] = decide(d, tally.squares, tally.judged, moment.learning, p)
    written.together[report] = d.joint_on
    # Where its memory is longer than a day, the hours of the day are in it, and each metric's own
    # usual says more.
    is_short = d.interval_s * p.joint_readings < _DAY_S
    if is_short and tally.unknown and d.joint_loud and not moment.loud:
        _note_together(fed, kept, first, end, report, written)


@inlined
def _meet(d: Row, at: float) -> None:
    """Counts a report; learns how often they come and how many are lost on the way."""
    d.reports += 1
    since, missed, pace = 0.0, 0.0, 0.05
    if d.reports == 1:
        d.first_at = at
    else:
        since = at - d.last_at
    interval_s = float(d.interval_s)
    if since < 0.6 * interval_s:
        pace = 0.5
    if d.reports <= 2:
        pace = 1.0
    else:
        missed = np.rint(since / max(interval_s, 1e-3)) - 1
        missed = min(max(missed, 0.0), _MISSED_MOST)
    # Many in a row are a silence, and where half of them are lost they are not lost.
    if missed < _MISSED_MOST:
        d.lost += _LOST_WEIGHT * (missed / (missed + 1) - d.lost)
    slower = missed == _MISSED_MOST or d.lost > _LOST_MOST
    one = since if slower else since / (missed + 1)
    if d.reports > 2 and not slower:
        late = abs(one / max(interval_s, 1e-3) - 1) * (missed + 1)
        d.uneven += _UNEVEN_WEIGHT * (min(late, 1.0) - d.uneven)
    d.interval_s = interval_s + pace * (one - interval_s)


@inlined
def _value(
    s: Row, m: Row, value: float, moment: Moment, tally: Row,
    spoken: Row, busy: Row, p: Row,
) -> None:  # fmt: skip
    """One reading of a stream: counted, and judged when its first ones are over."""
    if not math.isfinite(value):
        return
    repeats(s, value)
    since = moment.at - s.last_at
    hours = since / 3600 if math.isfinite(since) else 0.0
    s.last, s.last_at = value, moment.at
    s.count += 1
    if value < 0 or value != math.floor(value):
        s.broken = 1
    if s.count <= FIRST_READINGS:
        keep_first(s, value)
        return
    if m.known == 0 and s.reach > p.reach_most:
        forget(s)
        keep_first(s, value)
        return
    spoken.value = value
    usual = _judge(s, m, value, hours, moment, tally, spoken, p)
    if m.traffic or (m.known == 0 and counts_traffic(s, p)):
        busy.seen, busy.usual = value, usual
        tally.busy += 1


@inlined
def _judge(
    s: Row, m: Row, value: float, hours: float, moment: Moment, tally: Row,
    spoken: Row, p: Row,
) -> float:  # fmt: skip
    """All voices for one reading; what was usual, in its unit, traffic left aside."""
    u = min(max((value - s.centre) / s.scale, -_FAR), _FAR)
    before = float(s.back_0)
    usual = usual_of(s, moment.hour, u)
    counted = s.centre + s.scale * usual.smooth
    left = u - usual.own
    bits = surprise_of(s, u, left, before, p)
    learn(s, moment.hour, usual.own, bounded(s, left, hours, m.known, p), hours, p)
    if moment.traffic != 1:
        usual = with_traffic(s, usual, u, moment.traffic)
    news = news_of(s, bits, p)
    if moment.learning:
        news = 0.0
    median = median_of_recent(s, u)
    off, latest = off_usual(s, m, usual, median), off_usual(s, m, usual, u)
    uneasy = restless(s, moment.hour, off, hours, p)
    settling = 20.0 if moment.settling else 1.0
    told = voices(
        s, m,
        Moved(
            u, median, before, usual.smooth, off, latest, uneasy, news, hours,
            moment.hour.part + 0.5, settling,
        ), p,
    )  # fmt: skip
    tally.squares += square_of(s, u, moment.learning, moment.together, p)
    tally.judged += 1
    tally.news = max(tally.news, news)
    if m.known == 0:
        tally.unknown = True
    if deviates(s, m, told, hours, moment.learning, moment.settling, p):
        spoken.voice, spoken.strength, spoken.off = told.voice, told.strength, told.size
        spoken.usual, spoken.band, spoken.chance = told.usual, told.band, chance_of(told.z)
        if moment.at - s.told_at > p.again_s:
            tally.fresh = True
        s.told_at = moment.at
        tally.said += 1
        tally.least = min(tally.least, spoken.chance)
        tally.strongest = max(tally.strongest, told.strength)
    return float(counted)


@seldom
def _note_told(fed: Fed, d: Row, report: int, written: Written, p: Row) -> None:
    tally, at = written.tally[0], fed.at[report]
    stage = tell(d, at, tally.fresh, tally.least, tally.numbers, p)
    if stage < 0:
        return
    tally.numbers = max(tally.numbers, d.event)
    note = _next_note(fed, d, report, written, TOLD)
    note.stage, note.strongest = stage, tally.strongest
    note.first, note.metrics = tally.spoken, tally.said
    tally.spoken += tally.said


@seldom
def _note_together(
    fed: Fed, kept: Kept, first: int, end: int, report: int, written: Written
) -> None:
    """A device began to be off by its metrics together. Where it is known what every metric means,
    the other voices say what of it matters, and this one is silent.
    """
    tally, at = written.tally[0], fed.at[report]
    tally.numbers += 1
    note = _next_note(fed, kept.devices[fed.device[report]], report, written, TOGETHER)
    note.number, note.start, note.first, note.metrics = (
        tally.numbers,
        at,
        tally.spoken,
        tally.judged,
    )
    for k in range(first, end):
        s = kept.streams[fed.stream[k]]
        if math.isfinite(fed.value[k]) and s.count > FIRST_READINGS:
            spoken = written.spoken[tally.spoken]
            spoken.stream, spoken.value = fed.stream[k], fed.value[k]
            spoken.strength = float(s.joint_rest) ** 2
            tally.spoken += 1


@seldom
def _note_over(fed: Fed, d: Row, report: int, written: Written) -> None:
    """It reports, and has not deviated for long enough."""
    d.event_open = False
    _next_note(fed, d, report, written, OVER).end = d.hot_at


@seldom
def _note_back(fed: Fed, d: Row, report: int, written: Written) -> None:
    """It was silent, and reports again."""
    note = _next_note(fed, d, report, written, BACK)
    note.number, note.start, note.end = d.silence, d.last_at, fed.at[report]
    d.silence = 0


@seldom
def _next_note(fed: Fed, d: Row, report: int, written: Written, what: int) -> Row:
    note = written.notes[written.tally[0].notes]
    written.tally[0].notes += 1
    note.what, note.number, note.device, note.at = what, d.event, fed.device[report], fed.at[report]
    note.start, note.metrics = d.event_at - 2 * d.interval_s, 0
    return note
