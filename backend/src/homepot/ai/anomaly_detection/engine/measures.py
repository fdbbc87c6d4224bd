"""What the meanings of metrics ask for, as columns; and the voices that may speak."""

from enum import IntEnum

from homepot.ai.anomaly_detection.engine.columns import Columns, Floats
from homepot.ai.anomaly_detection.engine.meaning import Direction, Meaning


class Voice(IntEnum):
    NONE = 0
    STEP = 1
    RAMP = 2
    DRIFT = 3
    FROZEN = 4
    LIMIT = 5
    SURPRISE = 6


class Measures(Columns):
    """A row for each different meaning, with the guard-rails that belong to it."""

    up: Floats
    down: Floats
    matters: Floats
    share: Floats
    spreads: Floats
    ramp: Floats
    jump: Floats
    drift: Floats
    freezes: Floats
    steps: Floats
    lasts: Floats
    rests: Floats
    traffic: Floats
    known: Floats
    above: Floats
    below: Floats

    @classmethod
    def of(cls, meanings: list[tuple[Meaning, float, float]]) -> "Measures":
        """Of meanings, each with the guard-rails above and below it (infinite for none)."""
        made = cls.empty(len(meanings))
        for row, (one, above, below) in zip(made.rows, meanings, strict=True):
            row.up = one.direction in (Direction.UP, Direction.BOTH)
            row.down = one.direction in (Direction.DOWN, Direction.BOTH)
            row.matters, row.share, row.spreads = one.matters, one.matters_share, one.spreads
            row.ramp, row.jump, row.drift = one.ramp, one.jump, one.drift
            row.freezes, row.steps = one.freezes, one.steps
            row.lasts, row.rests = one.lasts, one.rests
            row.traffic, row.known = one.traffic, one.known
            row.above, row.below = above, below
        return made
