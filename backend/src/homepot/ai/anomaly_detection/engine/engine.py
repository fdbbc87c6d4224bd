"""The engine: owns a set of devices and their streams, and nothing else.

Fed a batch of reports it returns what deviates; asked for a checkpoint it gives all it knows as
bytes. It opens nothing and asks no clock: `now` is in the data or an argument. Each report is
judged by what came before it on its own device, so it makes no difference how reports are cut into
batches, and a later one never changes an earlier one's verdict.
"""

import io
import json
from collections.abc import Collection

import numpy as np

from homepot.ai.anomaly_detection.engine import joint, season
from homepot.ai.anomaly_detection.engine.columns import (
    Doubles,
    Floats,
    Places,
    Rows,
    dense,
    places_of,
    spread_over,
)
from homepot.ai.anomaly_detection.engine.events import Events
from homepot.ai.anomaly_detection.engine.parameters import Parameters
from homepot.ai.anomaly_detection.engine.register import Register
from homepot.ai.anomaly_detection.engine.rounds import Round, Values, owners, rounds_of
from homepot.ai.anomaly_detection.engine.ruler import FIRST_READINGS, keep_first, settle
from homepot.ai.anomaly_detection.engine.shapes import Batch, Busy, Deviation, Outcome
from homepot.ai.anomaly_detection.engine.state import Devices, Streams
from homepot.ai.anomaly_detection.engine.surprise import (
    Reading,
    repeats,
    surprise_of,
    worth_saying,
)
from homepot.ai.anomaly_detection.engine.worth import (
    Measures,
    Moved,
    deviations_of,
    median_of_recent,
    off_usual,
)

_MISSED_MOST = 8.0
_LOST_WEIGHT = 0.005
_LOST_MOST = 0.4
_SCORE_HALF_BITS = 10.0  # the surprise that scores one half


class Engine(Register):
    def __init__(self, parameters: Parameters | None = None) -> None:
        super().__init__(parameters)
        self.events = Events(self)

    def checkpoint(self) -> bytes:
        """All it knows; `restore` goes on from there as if nothing had been."""
        arrays, words = self.kept()
        said = json.dumps(words | {"told": self.events.told}).encode()
        file = io.BytesIO()
        np.savez(file, allow_pickle=False, words=np.frombuffer(said, np.uint8), **arrays)
        return file.getvalue()

    @classmethod
    def restore(cls, kept: bytes, parameters: Parameters | None = None) -> "Engine":
        engine = cls(parameters)
        with np.load(io.BytesIO(kept), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        words = json.loads(arrays.pop("words").tobytes())
        engine.take_up(arrays, words)
        engine.events.told = words["told"]
        return engine

    def feed(self, batch: Batch) -> Outcome:
        """Judge reports in the order they come; each device's in one round each."""
        n = len(batch)
        outcome = Outcome(np.zeros(n, np.float32), np.zeros(n, np.float32), np.zeros(n, np.bool_))
        # A value may be 1e300 and a scale 1e-9: what overflows is infinitely far off.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            for rows, values in rounds_of(batch):
                self._round(batch, rows, values, outcome)
        return outcome

    def normal(self, device_ids: list[str]) -> None:
        """What these devices showed up to now is normal: they may speak, from this on."""
        places = [self.device_places[one] for one in device_ids]
        self.devices.taught[places] = True

    def announce(self, device_id: str, at: float) -> None:
        """Something was changed on purpose: levels may move for some hours."""
        until = at + self.parameters.settle_hours * 3600
        place = self.device_places[device_id]
        self.devices.settling_until[place] = max(self.devices.settling_until[place], until)

    def tick(self, now: float, spared: Collection[str] = ()) -> list[Deviation]:
        """Which devices have fallen silent by now, but for those that are given another while."""
        return self.events.silences(now, spared)

    def learned_hours(self, device_id: str) -> float:
        """How much of the hours of learning is done."""
        place = self.device_places[device_id]
        if self.devices.taught[place] or not self.devices.reports[place]:
            return self.parameters.learning_hours if self.devices.taught[place] else 0.0
        hours = (self.devices.last_at[place] - self.devices.first_at[place]) / 3600
        return float(min(hours, self.parameters.learning_hours))

    def _round(self, batch: Batch, part: Rows, within: Rows, outcome: Outcome) -> None:
        """At most one report of each device: these of the batch, with these of its values."""
        device, at = batch.device[part], batch.at[part]
        rows, values = places_of(part), within
        timely = np.isfinite(at) & (at > self.devices.last_at[device])
        if not timely.all():
            outcome.late += int((~timely).sum())
            values = places_of(within)[timely[owners(rows, batch.row[within])]]
            rows, device, at = rows[timely], device[timely], at[timely]
        if not len(rows):
            return
        where = dense(device)
        known = self.devices.take(where)
        _meet(known, at)
        now = Round(rows, device, at, known, self.learning(known, at))
        if batch.traffic is not None:
            now.traffic = batch.traffic[rows]
        self.events.back(now, outcome)
        value = batch.value[values]
        finite = np.isfinite(value)
        if not finite.all():
            values, value = places_of(values)[finite], value[finite]
        if len(value):
            owner = owners(rows, batch.row[values])
            self._judge(now, owner, batch.stream[values], value, outcome)
        self.events.calm(now, outcome)
        known.last_at[:] = at
        self.devices.put(where, known)

    def _judge(
        self, now: Round, owner: Places, streams: Places, value: Doubles, outcome: Outcome
    ) -> None:
        where = dense(streams)
        block = self.streams.take(where)
        repeats(block, value)
        moment = spread_over(now.at, owner)
        since = moment - block.last_at
        since[~np.isfinite(since)] = 0
        hours = (since / 3600).astype(np.float32)
        block.last[:], block.last_at[:] = value, moment
        block.count += 1
        keep_first(self.memories, streams, block, value)
        go = np.flatnonzero(block.count > FIRST_READINGS)
        if len(go) == len(streams):
            values = Values(streams, where, owner, value, hours)
            self._measure(now, block, values, outcome)
        elif len(go):
            part = block.take(go)
            some = streams[go]
            values = Values(some, dense(some), owner[go], value[go], hours[go])
            self._measure(now, part, values, outcome)
            block.put(go, part)
        settle(self.memories, streams, block)
        self.streams.put(where, block)

    def _measure(self, now: Round, block: Streams, values: Values, outcome: Outcome) -> None:
        """All voices for one reading of each stream; scores go to the outcome."""
        p, memories, owner, streams = self.parameters, self.memories, values.owner, values.stream
        measures = self.wanted.take(values.where)
        u = _distance(values.value, block)
        before = block.back_0.copy()
        hour = season.hour_of(self.local(now.device, now.at)).of(owner)
        usual = season.read(memories, streams, hour, u)
        left = u - usual.own
        bits = surprise_of(memories, streams, block, Reading(u, left, before), p)
        weight = np.minimum(values.hours * np.float32(p.season_weight), np.float32(0.2))
        season.learn(
            memories,
            streams,
            hour,
            usual.own,
            season.bounded(block, left, values.hours, measures.known, p),
            weight,
        )
        self._tell_traffic(now, block, values, measures, usual.smooth, outcome)
        if now.traffic is not None:
            season.with_traffic(memories, streams, block, usual, u, now.traffic[owner])
        news = worth_saying(block, bits, p)
        learning = spread_over(now.learning, owner)
        if learning.any():
            news[learning] = 0
        median = median_of_recent(block, u)
        off = off_usual(block, usual, median)
        bound = 10 * block.spread + np.float32(1e-3)
        weight = np.minimum(values.hours * np.float32(p.restless_weight), np.float32(0.2))
        wide = np.minimum(np.abs(off), bound)
        fade = np.minimum(values.hours * np.float32(p.restless_fade), np.float32(0.2))
        restless = season.restless(memories, streams, hour, wide, weight, fade)
        settling = spread_over(np.where(now.settling, np.float32(20), np.float32(1)), owner)
        moved = Moved(u, median, before, usual, restless, news, values.hours, settling)
        told = deviations_of(block, measures, moved, off, p)
        first, sizes = _segments(owner)
        judged = owner[first]
        on_before = now.known.joint_on[judged].copy()
        was_on = spread_over(now.known.joint_on, owner)
        squares = joint.squares_of(block, u, learning, was_on, p)
        where = dense(judged)
        part = now.known.take(where)
        ratio = joint.decide(part, squares, first, sizes, now.learning[judged], p)
        now.known.put(where, part)
        here = now.rows[judged]
        said = np.flatnonzero(news)
        if len(said):
            most = np.zeros(len(now.rows), np.float32)
            np.maximum.at(most, owner[said], news[said])
            outcome.score[now.rows] = most / (most + np.float32(_SCORE_HALF_BITS))
        outcome.joint[here] = ratio
        outcome.together[here] = part.joint_on
        self.events.judge(now, block, values, told, outcome)
        rising = np.flatnonzero(part.joint_on & ~on_before)
        if len(rising):
            self.events.together(now, judged[rising], values, squares, measures, outcome)

    def _tell_traffic(
        self, now: Round, block: Streams, values: Values, measures: Measures, smooth: Floats,
        outcome: Outcome,
    ) -> None:  # fmt: skip
        counts = np.flatnonzero(measures.traffic)
        if len(counts):
            usual = block.centre[counts] + block.scale[counts] * smooth[counts]
            outcome.busy.append(
                Busy(
                    now.device[values.owner[counts]],
                    values.value[counts].astype(np.float32),
                    usual.astype(np.float32),
                )
            )


def _meet(known: Devices, at: Doubles) -> None:
    """Counts a report; learns how often they come and how many are lost on the way."""
    known.reports += 1
    first = known.reports == 1
    known.first_at[first] = at[first]
    since = np.where(first, 0, at - known.last_at).astype(np.float32)
    early = known.reports <= 2
    missed = np.rint(since / np.maximum(known.interval_s, np.float32(1e-3))) - 1
    missed = np.where(early, 0, np.clip(missed, 0, _MISSED_MOST)).astype(np.float32)
    # Many in a row are a silence, and where half of them are lost they are not lost.
    known.lost += np.where(
        missed < _MISSED_MOST, _LOST_WEIGHT * (missed / (missed + 1) - known.lost), 0
    ).astype(np.float32)
    slower = (missed == _MISSED_MOST) | (known.lost > _LOST_MOST)
    one = np.where(slower, since, since / (missed + 1))
    pace = np.where(since < 0.6 * known.interval_s, 0.5, 0.05)
    pace = np.where(early, 1, pace)
    known.interval_s += (pace * (one - known.interval_s)).astype(np.float32)


def _distance(value: Doubles, block: Streams) -> Floats:
    distance = value - block.centre
    distance /= block.scale
    np.clip(distance, -1e30, 1e30, out=distance)
    return distance.astype(np.float32)


def _segments(owner: Places) -> tuple[Places, Floats]:
    """Where each device's values begin, and how many there are."""
    begins = np.empty(len(owner), np.bool_)
    begins[0] = True
    np.not_equal(owner[1:], owner[:-1], out=begins[1:])
    first = np.flatnonzero(begins)
    return first, np.diff(first, append=len(owner)).astype(np.float32)
