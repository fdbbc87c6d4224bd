"""From strengths to deviations that are told: hysteresis, one telling for one trouble."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from homepot.ai.anomaly_detection.engine.columns import Floats, Places
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

if TYPE_CHECKING:
    from homepot.ai.anomaly_detection.engine.engine import Engine

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


class Events:
    """The deviations of one engine's devices. Its memory is in the engine's columns."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self.told = 0  # numbers given so far

    def judge(
        self, now: Round, block: Streams, values: Values, told: Deviating, outcome: Outcome
    ) -> None:
        """Which of these readings are worth telling."""
        p, owner = self._engine.parameters, values.owner
        keeping = (block.hot > 0) & (told.strength >= p.keep_share)
        on = ((told.strength >= 1) | keeping) & ~now.learning[owner]
        moving = (told.voice == Voice.STEP) | (told.voice == Voice.RAMP)
        on &= ~(moving & now.settling[owner])
        at = now.at[owner]
        fresh = on & (at - block.told_at > p.again_hours * 3600)
        block.hot[:] = np.where(on, told.voice, 0)
        if on.any():
            block.told_at[on] = at[on]
            self._tell(now, values, told, on, fresh, outcome)

    def calm(self, now: Round, outcome: Outcome) -> None:
        """Devices that report and have not deviated for long enough: it is over."""
        p, known = self._engine.parameters, now.known
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
        p, known = self._engine.parameters, now.known
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
                    self.told, self._engine.device_ids[now.device[place]], Stage.BEGUN,
                    Severity.WARNING, at, at, None, 0.0, metrics,
                    Kind.JOINT,
                )
            )  # fmt: skip

    def back(self, now: Round, outcome: Outcome) -> None:
        """Devices that were silent and report again."""
        for place in np.flatnonzero(now.known.silence).tolist():
            outcome.deviations.append(
                Deviation(
                    int(now.known.silence[place]), self._engine.device_ids[now.device[place]],
                    Stage.OVER, Severity.INFO, float(now.at[place]),
                    float(now.known.last_at[place]), float(now.at[place]), 1.0, (), Kind.SILENT,
                )
            )  # fmt: skip
            now.known.silence[place] = 0

    def silences(self, now: float) -> list[Deviation]:
        engine, p = self._engine, self._engine.parameters
        devices, n = engine.devices, len(engine.device_ids)
        learning = engine.learning(devices, devices.last_at)[:n]
        patience = np.maximum(p.silent_intervals * devices.interval_s[:n], 60.0)
        quiet = (now - devices.last_at[:n] > patience) & (devices.reports[:n] > 1)
        quiet &= (devices.silence[:n] == 0) & ~learning
        found = []
        for place in np.flatnonzero(quiet).tolist():
            self.told += 1
            devices.silence[place] = self.told
            found.append(
                Deviation(
                    self.told, engine.device_ids[place], Stage.BEGUN, Severity.WARNING, now,
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
            device_id=self._engine.device_ids[now.device[place]],
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
        return self._engine.stream_names[stream]
