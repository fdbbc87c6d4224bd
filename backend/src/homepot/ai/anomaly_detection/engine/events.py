"""From strengths to deviations that are told: hysteresis, one telling for one trouble."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from homepot.ai.anomaly_detection.engine.columns import Floats, Places, spread_over
from homepot.ai.anomaly_detection.engine.parameters import Parameters
from homepot.ai.anomaly_detection.engine.register import Register
from homepot.ai.anomaly_detection.engine.rounds import Round, Values
from homepot.ai.anomaly_detection.engine.shapes import (
    Deviation,
    Kind,
    MetricDeviation,
    Outcome,
    Severity,
    Stage,
)
from homepot.ai.anomaly_detection.engine.state import Streams
from homepot.ai.anomaly_detection.engine.worth import Deviating, Measures, Voice

_KINDS = {
    Voice.STEP: Kind.STEP,
    Voice.RAMP: Kind.RAMP,
    Voice.DRIFT: Kind.DRIFT,
    Voice.FROZEN: Kind.FROZEN,
    Voice.LIMIT: Kind.LIMIT,
    Voice.SURPRISE: Kind.SURPRISE,
}


_LESS_LIKELY = 0.03  # of what it was, before a deviation is told again as worse


def chance_of(z: Floats) -> Floats:
    """A bound on how likely a median of five is so many of its own spreads off by chance.

    P(|Z| > z) <= exp(-z^2 / 2)    (Chernoff), held to what single precision can hold
    """
    bounded = np.minimum(np.abs(z), np.float32(12.5))
    chance: Floats = np.exp(-bounded * bounded / 2)
    return chance


def _held(block: Streams, strength: Floats, hours: Floats, p: Parameters) -> NDArray[np.bool_]:
    """Whether a step has lasted long enough for its strength; a critical one has at once. That the
    median of five is off says that it has been there for two readings before.
    """
    strong = strength >= 1
    block.held *= strong
    at = np.flatnonzero(strong)
    if len(at):
        lasted = np.minimum(hours[at], np.float32(1 / 6)) * np.where(block.held[at] > 0, 1, 2)
        block.held[at] += strength[at] * lasted
    held: NDArray[np.bool_] = (block.held >= p.hold_hours) | (strength >= p.critical)
    return held


class Events:
    """The deviations of a register's devices. Its memory is in the register's columns."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self.told = 0  # numbers given so far

    def judge(
        self, now: Round, block: Streams, values: Values, told: Deviating, outcome: Outcome
    ) -> None:
        """Which of these readings are worth telling."""
        p, owner = self._register.parameters, values.owner
        keeping = (block.hot > 0) & (told.strength >= p.keep_share)
        on = ((told.strength >= 1) | keeping) & ~spread_over(now.learning, owner)
        settling = now.settling
        if settling.any():
            moving = (told.voice == Voice.STEP) | (told.voice == Voice.RAMP)
            on &= ~(moving & settling[owner])
        on &= keeping | (told.voice != Voice.STEP) | _held(block, told.strength, values.hours, p)
        np.multiply(told.voice, on, out=block.hot, casting="unsafe")
        if on.any():
            at = now.at[owner]
            fresh = on & (at - block.told_at > p.again_hours * 3600)
            block.told_at[on] = at[on]
            self._tell(now, values, told, on, fresh, outcome)

    def calm(self, now: Round, outcome: Outcome) -> None:
        """Devices that report and have not deviated for long enough: it is over."""
        p, known = self._register.parameters, now.known
        open_ = np.flatnonzero(known.event_open)
        calm = open_[now.at[open_] - known.hot_at[open_] > p.calm_hours * 3600]
        for place in calm.tolist():
            known.event_open[place] = False
            outcome.deviations.append(
                self._deviation(now, place, Stage.OVER, Severity.INFO, float(known.hot_at[place]))
            )

    def _tell(
        self, now: Round, values: Values, told: Deviating, on: NDArray[np.bool_],
        fresh: NDArray[np.bool_], outcome: Outcome,
    ) -> None:  # fmt: skip
        p, known = self._register.parameters, now.known
        hot = np.unique(values.owner[on])
        news = np.unique(values.owner[fresh])
        apart = now.at - known.event_at > p.apart_hours * 3600
        known.hot_at[hot] = now.at[hot]
        least = np.ones(len(now.rows), np.float32)
        np.minimum.at(least, values.owner[on], chance_of(told.z[on]))
        deviating = np.flatnonzero(on)
        whose = values.owner[deviating]
        for place in hot.tolist():
            stage = self._stage(now, place, place in news, bool(apart[place]), least)
            if stage is None:
                continue
            mine = deviating[whose == place]
            if stage is Stage.BEGUN:
                self.told += 1
                known.event[place], known.event_at[place] = self.told, now.at[place]
                known.event_p[place] = 1
            known.event_open[place] = True
            known.event_p[place] = min(known.event_p[place], least[place])
            most = float(told.strength[mine].max())
            severity = Severity.CRITICAL if most >= p.critical else Severity.WARNING
            heard = stage in {Stage.BEGUN, Stage.WORSE}
            outcome.deviations.append(
                self._deviation(
                    now, place, stage, severity if heard else Severity.INFO, None,
                    self._metrics(values, told, mine),
                )
            )  # fmt: skip

    def _stage(
        self, now: Round, place: int, news: bool, apart: bool, least: Floats
    ) -> Stage | None:
        """What there is to tell of a device that deviates; nothing if it is told already."""
        known = now.known
        if news and (apart or not known.event_open[place]):
            return Stage.BEGUN
        if least[place] < known.event_p[place] * _LESS_LIKELY:
            return Stage.WORSE
        if not known.event_open[place]:
            return Stage.AGAIN
        return Stage.WIDER if news else None

    def together(
        self, now: Round, places: Places, values: Values, squares: Floats, measures: Measures,
        outcome: Outcome,
    ) -> None:  # fmt: skip
        """Devices that began to be off by their metrics together. Where it is known what every
        metric means, the other voices say what of it matters, and this one is silent.
        """
        unknown = np.zeros(len(now.rows), np.bool_)
        unknown[values.owner[measures.known == 0]] = True
        for place in places[unknown[places]].tolist():
            mine = np.flatnonzero(values.owner == place)
            whole = float(squares[mine].sum()) or 1.0
            metrics = tuple(
                MetricDeviation(
                    self._name(values.stream[i]), Kind.JOINT, float(squares[i]) / whole, 0.0,
                    float(values.value[i]), 0.0, 0.0, 0.0, 1.0,
                )
                for i in mine[np.argsort(-squares[mine])].tolist()
            )  # fmt: skip
            self.told += 1
            at = float(now.at[place])
            outcome.deviations.append(
                Deviation(
                    self.told, self._register.device_ids[now.device[place]], Stage.BEGUN,
                    Severity.WARNING, at, at, None, 0.0, metrics,
                    Kind.JOINT,
                )
            )  # fmt: skip

    def back(self, now: Round, outcome: Outcome) -> None:
        """Devices that were silent and report again."""
        for place in np.flatnonzero(now.known.silence).tolist():
            outcome.deviations.append(
                Deviation(
                    int(now.known.silence[place]), self._register.device_ids[now.device[place]],
                    Stage.OVER, Severity.INFO, float(now.at[place]),
                    float(now.known.last_at[place]), float(now.at[place]), 1.0, (), Kind.SILENT,
                )
            )  # fmt: skip
            now.known.silence[place] = 0

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

    def _deviation(
        self, now: Round, place: int, stage: Stage, severity: Severity, end: float | None,
        metrics: tuple[MetricDeviation, ...] = (),
    ) -> Deviation:  # fmt: skip
        known = now.known
        return Deviation(
            number=int(known.event[place]),
            device_id=self._register.device_ids[now.device[place]],
            stage=stage,
            severity=severity,
            detected_at=float(now.at[place]),
            start=float(known.event_at[place] - 2 * known.interval_s[place]),
            end=end,
            p=min((one.p for one in metrics), default=1.0),
            metrics=metrics,
            kind=metrics[0].kind if metrics else Kind.STEP,
        )

    def _metrics(
        self, values: Values, told: Deviating, mine: Places
    ) -> tuple[MetricDeviation, ...]:
        whole = float(told.strength[mine].sum()) or 1.0
        found = []
        for i in mine[np.argsort(-told.strength[mine], kind="stable")].tolist():
            usual, band = float(told.usual[i]), float(told.band[i])
            found.append(
                MetricDeviation(
                    name=self._name(values.stream[i]),
                    strength=float(told.strength[i]),
                    kind=_KINDS[Voice(int(told.voice[i]))],
                    share=float(told.strength[i]) / whole,
                    size=float(told.size[i]),
                    value=float(values.value[i]),
                    usual=usual,
                    low=usual - band,
                    high=usual + band,
                    p=float(chance_of(told.z[i : i + 1])[0]),
                )
            )
        return tuple(found)

    def _name(self, stream: int) -> str:
        return self._register.stream_names[stream]
