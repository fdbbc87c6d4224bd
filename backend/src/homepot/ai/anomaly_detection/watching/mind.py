"""All that detection knows, and what it makes of a step. Pure: the same steps give the same.

The engine judges devices one by one; here stands what is asked of the whole fleet, and whether
what was found may be spoken of: history trains and is not told, trouble while work was announced
waits until that is over, and a device that catches up is told of what it is still in.
"""

import math
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace

import numpy as np

from homepot.ai.anomaly_detection.engine import (
    Batch,
    Deviation,
    Engine,
    Kind,
    MetricDeviation,
    Parameters,
    Severity,
    Stage,
)
from homepot.ai.anomaly_detection.engine.columns import Places
from homepot.ai.anomaly_detection.engine.meaning import meaning_of
from homepot.ai.anomaly_detection.engine.measures import Voice
from homepot.ai.anomaly_detection.engine.sites import Discoveries
from homepot.ai.anomaly_detection.watching.found import Found, Muted, Told, louder
from homepot.ai.anomaly_detection.watching.keeping import retold, version_of
from homepot.ai.anomaly_detection.watching.packing import packed, unpacked
from homepot.ai.anomaly_detection.watching.register import Fleet
from homepot.ai.anomaly_detection.watching.silence import TOGETHER_S, Quiet
from homepot.ai.anomaly_detection.watching.steps import Step
from homepot.ai.anomaly_detection.watching.traffic import SLOT_S, SiteTraffic
from homepot.ai.anomaly_detection.watching.weighing import may_wait, weighed
from homepot.telemetry.following.service import Row

# What was measured longer ago than this trains and is not told.
NEAR_S = 1800.0
_QUIET = {Kind.SILENT, Kind.UNMEASURED}
_APART = {*_QUIET, Kind.JOINT}


class Mind:
    def __init__(self, fleet: Fleet, parameters: Parameters | None = None) -> None:
        self.parameters = parameters or Parameters()
        self.engine = Engine(self.parameters)
        self.fleet = fleet
        # the metrics of metric sets; who feeds a step sees to it that they are here
        self.sets: dict[int, tuple[str, ...]] = {}
        self.told: dict[int, Told] = {}
        self._traffic = SiteTraffic(self.parameters)
        self._discoveries = Discoveries(self.parameters)
        self._present: set[int] = set()
        self._streams: dict[tuple[int, int], Places] = {}
        self._places: dict[int, set[int]] = {}  # of the streams of each device that has reported

    # -- what it is asked -----------------------------------------------------------------------

    def apply(self, step: Step) -> list[Found]:
        found = self._leave(step)
        for row, at in step.announced:
            if str(row) in self.engine.device_places:
                self.engine.announce(str(row), at)
        rows = step.rows
        self._meet({row[0] for row in rows})
        near = math.inf if step.mute else step.now - NEAR_S
        old = [row for row in rows if row[1] <= near]
        if old:
            self._present.difference_update(row[0] for row in old)
            found += self._feed(old, step, is_history=True)
        for slot, some in _by_slot(row for row in rows if row[1] > near):
            self._traffic.begin(slot)
            self._present.update(row[0] for row in some)
            found += self._feed(some, step, is_history=False)
        if step.silences_since is not None:
            found += self._silences(step, step.silences_since)
        return found

    def quiet(self, now: float) -> list[Quiet]:
        """Devices whose readings stay away for longer than they ever did; nothing is told by it."""
        engine, found = self.engine, []
        places = engine.events.quiet(now)
        late = self._late(now) if places else {}
        for place in places:
            row = int(engine.device_ids[place])
            if row in self._present and row in self.fleet.devices:
                at = float(engine.devices.last_at[place])
                patience_s = float(engine.patience_s(slice(place, place + 1))[0])
                others = late.get(self.fleet.site_of(row), ())
                found.append(
                    Quiet(row, at, patience_s, any(one > at - TOGETHER_S for one in others))
                )
        return found

    def _late(self, now: float) -> dict[int, list[float]]:
        """When devices of each site were last measured that have used up half their patience."""
        count = len(self.engine.device_ids)
        away = now - self.engine.devices.last_at[:count]
        patience = self.engine.patience_s(slice(0, count))
        found: dict[int, list[float]] = {}
        for place in np.flatnonzero((away > patience / 2) & (away <= patience)).tolist():
            row = int(self.engine.device_ids[place])
            if row in self._present:
                found.setdefault(self.fleet.site_of(row), []).append(now - float(away[place]))
        return found

    def learned_hours(self, row: int) -> float:
        known = str(row) in self.engine.device_places
        return self.engine.learned_hours(str(row)) if known else 0.0

    def told_of(self, row: int) -> list[Told]:
        return [one for one in self.told.values() if one.row == row]

    def were_here(self, since: float) -> None:
        """Devices that were heard of since then are missed when they fall silent."""
        last_at = self.engine.devices.last_at
        places = self.engine.device_places.items()
        self._present.update(int(one) for one, place in places if last_at[place] > since)

    # -- what it is made of ---------------------------------------------------------------------

    @property
    def version(self) -> str:
        return version_of(self.parameters)

    def packed(self) -> tuple[bytes, bytes]:
        """The engine, and what stands behind it."""
        behind = {
            "told": [asdict(one) for one in self.told.values()],
            "present": sorted(self._present),
            "doubted": self._discoveries.kept(),
            "traffic": self._traffic.packed().hex(),
        }
        return zlib.compress(self.engine.checkpoint(), 1), packed({}, behind)

    @classmethod
    def unpacked(
        cls, engine: bytes, behind: bytes, fleet: Fleet, parameters: Parameters | None = None
    ) -> "Mind":
        mind = cls(fleet, parameters)
        mind.engine = retold(
            Engine.restore(zlib.decompress(engine), mind.parameters),
            lambda one: fleet.spec(int(one)).zone,
            lambda one, name: fleet.metric(int(one), name),
        )
        _, known = unpacked(behind)
        told = (Told.of(one) for one in known["told"])
        mind.told = {one.number: one for one in told}
        mind._present = set(known["present"])
        mind._discoveries.take_up(known["doubted"])
        mind._traffic = SiteTraffic.unpacked(bytes.fromhex(known["traffic"]), mind.parameters)
        mind._settle_sites()
        return mind

    # -- feeding --------------------------------------------------------------------------------

    def _meet(self, rows: Iterable[int]) -> None:
        new = [row for row in sorted(rows) if str(row) not in self.engine.device_places]
        if new:
            self.engine.enrol(self.fleet.spec(row) for row in new)
            self._settle_sites()

    def _settle_sites(self) -> None:
        self._traffic.grow([self.fleet.site_of(int(one)) for one in self.engine.device_ids])

    def _feed(self, rows: Sequence[Row], step: Step, *, is_history: bool) -> list[Found]:
        batch = self._batch(rows)
        if not is_history:
            batch = replace(batch, traffic=self._traffic.of(batch.device))
        outcome = self.engine.feed(batch)
        if not is_history:
            self._traffic.hear(outcome.busy)
        found = [
            one
            for deviation in outcome.deviations
            for one in self._note(self._believed(deviation), step, is_history=is_history)
        ]
        reporting = {row[0] for row in rows}
        found += self._joint_over(reporting)
        return found if is_history else found + self._catch_up(reporting, step)

    def _batch(self, rows: Sequence[Row]) -> Batch:
        streams, values = [], []
        for device, _, number, value in rows:
            streams.append(self._streams_of(device, number))
            values.append(np.array(value, np.float64))
        places = self.engine.device_places
        return Batch(
            np.array([places[str(row[0])] for row in rows], np.intp),
            np.array([row[1] for row in rows], np.float64),
            np.repeat(np.arange(len(rows)), [len(one) for one in values]),
            np.concatenate(streams),
            np.concatenate(values),
        )

    def _streams_of(self, device: int, number: int) -> Places:
        found = self._streams.get((device, number))
        if found is None:
            spec = self.fleet.spec(device)
            names = self.sets[number]
            metrics = tuple(self.fleet.metric(device, name) for name in names)
            self.engine.enrol([replace(spec, metrics=metrics)])
            places = [self.engine.stream(str(device), name) for name in names]
            found = self._streams[device, number] = np.array(places, np.intp)
            self._places.setdefault(device, set()).update(places)
        return found

    def _believed(self, deviation: Deviation) -> Deviation:
        """One by one against all streams there are: how readings were cut into steps does not
        matter then."""
        tests = len(self.engine.stream_names)
        return self._discoveries.believed([deviation], tests)[0]

    # -- what may be said -----------------------------------------------------------------------

    def _note(self, one: Deviation, step: Step, *, is_history: bool) -> list[Found]:
        row = int(one.device_id)
        if one.stage is Stage.OVER:
            return self._over(one, row)
        one = weighed(one, lambda name: self.fleet.metric(row, name), self.parameters.critical)
        before = self.told.get(one.number)
        severity = one.severity if before is None else louder(before.severity, one.severity)
        muted = self._muted(one, row, step, is_history=is_history)
        if before is not None and before.muted is None:
            muted = None
        told = Told(one.number, row, severity, one.kind, muted, one.start)
        self.told[one.number] = told
        return [Found(row, replace(one, severity=severity), muted)]

    def _muted(self, one: Deviation, row: int, step: Step, *, is_history: bool) -> Muted | None:
        site = self.fleet.site_of(row)
        if is_history:
            return Muted.HISTORY
        if self._may_wait(row, one.metrics, one.detected_at):
            return Muted.LEARNING
        if site in step.in_maintenance:
            return Muted.MAINTENANCE
        quiet = [meaning_of(m.name).traffic and m.size <= 0 for m in one.metrics]
        return Muted.CLOSED if site in step.closed and quiet and all(quiet) else None

    def _may_wait(self, row: int, metrics: Iterable[MetricDeviation], at: float) -> bool:
        place = self.engine.device_places[str(row)]
        known_s = at - float(self.engine.devices.first_at[place])
        return may_wait(metrics, lambda name: self.fleet.metric(row, name), known_s)

    def _moving(self, row: int) -> list[MetricDeviation]:
        """What deviates of a device just now, with how far beyond its pace a steady move is."""
        found = []
        for place in sorted(self._places.get(row, ())):
            s = self.engine.streams.rows[place]
            if s.hot:
                name, scale = self.engine.stream_names[place], float(s.scale)
                size = float(s.path - s.path_usual - s.path_pace) * scale
                kind = Kind.RAMP if s.hot == Voice.RAMP else Kind.STEP
                value = float(s.last)
                found.append(
                    MetricDeviation(name, kind, 0.0, size, value, value, value, value, 1.0)
                )
        return found

    def _over(self, one: Deviation, row: int) -> list[Found]:
        """An engine that turned to a new trouble of a device tells the end of the last alone."""
        ended = [one.number] if one.number in self.told else []
        if one.kind not in _APART:
            ended += [
                told.number
                for told in self.told_of(row)
                if told.kind not in _APART and told.number != one.number
            ]
        found = []
        for number in ended:
            told = self.told.pop(number)
            found.append(Found(row, replace(one, number=number, kind=told.kind), told.muted))
        return found

    def _joint_over(self, reporting: set[int]) -> list[Found]:
        found = []
        for told in [one for one in self.told.values() if one.kind is Kind.JOINT]:
            place = self.engine.device_places[str(told.row)]
            if told.row in reporting and not self.engine.devices.joint_on[place]:
                at = float(self.engine.devices.last_at[place])
                found.append(Found(told.row, _ended(told, at), told.muted))
                del self.told[told.number]
        return found

    def _catch_up(self, reporting: set[int], step: Step) -> list[Found]:
        """Of what could not be told, what is still going on."""
        found = []
        for told in [one for one in self.told.values() if one.muted and one.row in reporting]:
            if told.muted is Muted.CLOSED or not self._still(told, step):
                continue
            found.append(self._speak(told, step))
        return found

    def _still(self, told: Told, step: Step) -> bool:
        place = self.engine.device_places[str(told.row)]
        devices = self.engine.devices
        if self.fleet.site_of(told.row) in step.in_maintenance:
            return False
        if told.kind in _QUIET:
            return bool(devices.silence[place] == told.number)
        if told.kind is Kind.JOINT:
            return bool(devices.joint_on[place])
        moving = self._moving(told.row)
        was_moving = told.kind is Kind.RAMP or told.muted is Muted.LEARNING
        if (was_moving and not moving) or self._may_wait(told.row, moving, step.now):
            return False
        hot = devices.hot_at[place] > step.now - NEAR_S
        return bool(hot and devices.event_open[place] and devices.event[place] == told.number)

    def _speak(self, told: Told, step: Step) -> Found:
        self.told[told.number] = replace(told, muted=None)
        said = _ended(told, None)
        said = replace(said, stage=Stage.AGAIN, severity=told.severity, detected_at=step.now)
        return Found(told.row, said, None, is_spoken=True)

    def _silences(self, step: Step, since: float) -> list[Found]:
        devices, found = self.engine.devices, []
        for one in self.engine.tick(step.now, {str(row) for row in step.spared}):
            row, place = int(one.device_id), self.engine.device_places[one.device_id]
            patience_s = float(self.engine.patience_s(slice(place, place + 1))[0])
            if step.now - since < patience_s:
                devices.silence[place] = 0  # the server was not there to hear it: not yet
            elif row in self._present and row in self.fleet.devices:
                kind = Kind.UNMEASURED if row in step.unmeasured else Kind.SILENT
                found += self._note(replace(one, kind=kind), step, is_history=False)
        for told in list(self.told.values()):
            silent = told.kind in _QUIET and told.row in self.fleet.devices
            if silent and told.muted is Muted.MAINTENANCE and self._still(told, step):
                found.append(self._speak(told, step))
        return found

    def _leave(self, step: Step) -> list[Found]:
        """Devices that are no longer watched are in no trouble that anybody watches."""
        found = []
        for row in step.left:
            self._present.discard(row)
            for told in self.told_of(row):
                found.append(Found(row, _ended(told, step.now), told.muted))
                del self.told[told.number]
        return found


def new_to(mind: Mind, rows: Sequence[Row]) -> list[Row]:
    """A window shows rows again that were read before, and late ones: no engine can take them."""
    places, last_at = mind.engine.device_places, mind.engine.devices.last_at
    return [
        row for row in rows if (place := places.get(str(row[0]))) is None or row[1] > last_at[place]
    ]


def _ended(told: Told, at: float | None) -> Deviation:
    return Deviation(
        told.number, str(told.row), Stage.OVER, Severity.INFO, at or told.since, told.since, at,
        1.0, (), told.kind,
    )  # fmt: skip


def _by_slot(rows: Iterable[Row]) -> list[tuple[float, list[Row]]]:
    slots: dict[float, list[Row]] = {}
    for row in rows:
        slots.setdefault(row[1] // SLOT_S, []).append(row)
    return sorted(slots.items())
