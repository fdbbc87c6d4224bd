"""What the inner step wrote down, as deviations; and devices that are silent."""

from collections.abc import Collection

import numpy as np

from homepot.ai.anomaly_detection.engine.measures import Voice
from homepot.ai.anomaly_detection.engine.notes import BACK, OVER, STAGES, TOGETHER, Written
from homepot.ai.anomaly_detection.engine.register import Register
from homepot.ai.anomaly_detection.engine.shapes import (
    Deviation,
    Kind,
    MetricDeviation,
    Severity,
    Stage,
)

Spoken = tuple[int, int, float, float, float, float, float, float]  # as in `notes`
_STRENGTH = 3
_HEARD = {Stage.BEGUN, Stage.WORSE}
_KINDS = {
    Voice.STEP: Kind.STEP,
    Voice.RAMP: Kind.RAMP,
    Voice.DRIFT: Kind.DRIFT,
    Voice.FROZEN: Kind.FROZEN,
    Voice.LIMIT: Kind.LIMIT,
    Voice.SURPRISE: Kind.SURPRISE,
}


def _by_strength(one: Spoken) -> float:
    return -one[_STRENGTH]


class Events:
    """The deviations of a register's devices. Its memory is in the register's columns."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self.told = 0  # numbers given so far

    def told_of(self, written: Written) -> list[Deviation]:
        """What was written down, in the order it happened."""
        tally = written.tally[0]
        self.told = int(tally.numbers)
        spoken = written.spoken[: tally.spoken].tolist()
        return [self._deviation(spoken, *note) for note in written.notes[: tally.notes].tolist()]

    def _deviation(
        self, spoken: list[Spoken], what: int, number: int, place: int, stage: int, at: float,
        start: float, end: float, strongest: float, first: int, size: int,
    ) -> Deviation:  # fmt: skip
        device_id = self._register.device_ids[place]
        if what == BACK:
            return Deviation(
                number, device_id, Stage.OVER, Severity.INFO, at, start, end, 1.0, (), Kind.SILENT
            )
        if what == OVER:
            return Deviation(number, device_id, Stage.OVER, Severity.INFO, at, start, end, 1.0)
        mine = sorted(spoken[first : first + size], key=_by_strength)
        if what == TOGETHER:
            return Deviation(
                number, device_id, Stage.BEGUN, Severity.WARNING, at, at, None, 0.0,
                self._together(mine), Kind.JOINT,
            )  # fmt: skip
        severity = Severity.INFO
        if STAGES[stage] in _HEARD:
            is_critical = strongest >= self._register.parameters.critical
            severity = Severity.CRITICAL if is_critical else Severity.WARNING
        metrics = self._metrics(mine)
        return Deviation(
            number, device_id, STAGES[stage], severity, at, start, None,
            min(one.p for one in metrics), metrics, metrics[0].kind,
        )  # fmt: skip

    def _together(self, mine: list[Spoken]) -> tuple[MetricDeviation, ...]:
        whole = sum(one[_STRENGTH] for one in mine) or 1.0
        return tuple(
            MetricDeviation(
                self._register.stream_names[stream], Kind.JOINT, square / whole, 0.0,
                value, 0.0, 0.0, 0.0, 1.0,
            )
            for stream, _, value, square, *_ in mine
        )  # fmt: skip

    def _metrics(self, mine: list[Spoken]) -> tuple[MetricDeviation, ...]:
        whole = sum(one[_STRENGTH] for one in mine) or 1.0
        return tuple(
            MetricDeviation(
                self._register.stream_names[stream], _KINDS[Voice(voice)], strength / whole, size,
                value, usual, usual - band, usual + band, chance, strength,
            )
            for stream, voice, value, strength, size, usual, band, chance in mine
        )  # fmt: skip

    def quiet(self, now: float) -> list[int]:
        """The places of devices that are silent for too long and not told as that."""
        register = self._register
        devices, n = register.devices, len(register.device_ids)
        learning = register.learning(devices, devices.last_at)[:n]
        patience = register.patience_s(slice(0, n))
        quiet = (now - devices.last_at[:n] > patience) & (devices.reports[:n] > 1)
        quiet &= (devices.silence[:n] == 0) & ~learning
        places: list[int] = np.flatnonzero(quiet).tolist()
        return places

    def silences(self, now: float, spared: Collection[str] = ()) -> list[Deviation]:
        register, devices, found = self._register, self._register.devices, []
        for place in self.quiet(now):
            if register.device_ids[place] in spared:
                continue
            self.told += 1
            devices.silence[place] = self.told
            found.append(
                Deviation(
                    self.told, register.device_ids[place], Stage.BEGUN, Severity.WARNING, now,
                    float(devices.last_at[place] + devices.interval_s[place]), None, 0.0, (),
                    Kind.SILENT,
                )
            )  # fmt: skip
        return found
