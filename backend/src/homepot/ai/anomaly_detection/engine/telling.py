"""From strengths to what is told: hysteresis, one telling for one trouble."""

import math

from homepot.ai.anomaly_detection.engine.columns import Row
from homepot.ai.anomaly_detection.engine.compiling import inlined, seldom
from homepot.ai.anomaly_detection.engine.measures import Voice
from homepot.ai.anomaly_detection.engine.notes import STAGES
from homepot.ai.anomaly_detection.engine.shapes import Stage
from homepot.ai.anomaly_detection.engine.worth import Told

_BEGUN, _WIDER, _WORSE, _AGAIN = (
    STAGES.index(one) for one in (Stage.BEGUN, Stage.WIDER, Stage.WORSE, Stage.AGAIN)
)
_NOTHING = -1
_STEP, _RAMP = int(Voice.STEP), int(Voice.RAMP)
_LESS_LIKELY = 0.03  # of what it was, before a deviation is told again as worse
_TWO_READINGS_H = 1 / 6


@inlined
def chance_of(z: float) -> float:
    """A bound on how likely a median of five is so many of its own spreads off by chance.

    P(|Z| > z) <= exp(-z^2 / 2)    (Chernoff), held to what single precision can hold
    """
    bounded = min(abs(z), 12.5)
    return math.exp(-bounded * bounded / 2)


@inlined
def held(s: Row, m: Row, strength: float, hours: float, p: Row) -> bool:
    """Whether a step has lasted long enough for its strength; a critical one has at once. That the
    median of five is off says that it has been there for two readings before.
    """
    if strength < 1:
        s.held = 0
        return False
    s.held += strength * min(hours, _TWO_READINGS_H) * (1 if s.held > 0 else 2)
    return bool(s.held >= p.hold_hours * m.lasts or strength >= p.critical)


@inlined
def deviates(
    s: Row, m: Row, told: Told, hours: float, learning: bool, settling: bool, p: Row
) -> bool:
    """Whether a reading is worth telling; once it was, with less."""
    keeping = s.hot > 0 and told.strength >= p.keep_share
    lasts = held(s, m, told.strength, hours, p)
    loud = lasts if told.voice == _STEP else told.strength >= 1
    on = keeping or loud
    if learning or (settling and (told.voice == _STEP or told.voice == _RAMP)):
        on = False
    s.hot = told.voice if on else 0
    return on


@seldom
def stage_of(d: Row, now: float, fresh: bool, least: float, p: Row) -> int:
    """What there is to tell of a device that deviates; nothing if it is told already."""
    apart = now - d.event_at > p.apart_s
    if fresh and (apart or not d.event_open):
        return _BEGUN
    if least < d.event_p * _LESS_LIKELY:
        return _WORSE
    if not d.event_open:
        return _AGAIN
    return _WIDER if fresh else _NOTHING


@seldom
def tell(d: Row, now: float, fresh: bool, least: float, numbers: int, p: Row) -> int:
    """The stage a deviation is told at, or less than 0; a new one takes the number after these."""
    d.hot_at = now
    stage = stage_of(d, now, fresh, least, p)
    if stage == _BEGUN:
        d.event, d.event_at, d.event_p = numbers + 1, now, 1
    if stage != _NOTHING:
        d.event_open = True
        d.event_p = min(float(d.event_p), least)
    return stage
