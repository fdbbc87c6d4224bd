"""Which devices and streams an engine owns, where their state lies, and how it is kept."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homepot.ai.anomaly_detection.engine.columns import Columns, Doubles, Floats, Ints, Places
from homepot.ai.anomaly_detection.engine.meaning import Meaning, meaning_of
from homepot.ai.anomaly_detection.engine.measures import Measures
from homepot.ai.anomaly_detection.engine.parameters import Parameters
from homepot.ai.anomaly_detection.engine.shapes import Batch, DeviceSpec, MetricSpec, Report
from homepot.ai.anomaly_detection.engine.site_clock import local_seconds
from homepot.ai.anomaly_detection.engine.state import Devices, Streams

_ROOM = 64


class Register:
    def __init__(self, parameters: Parameters | None = None) -> None:
        self.parameters = parameters or Parameters()
        self.devices = Devices.empty(_ROOM)
        self.streams = Streams.empty(_ROOM)
        self.meaning: Ints = np.zeros(_ROOM, np.int32)
        self.zone: NDArray[np.int16] = np.zeros(_ROOM, np.int16)
        self.zones: list[str] = []
        self.device_ids: list[str] = []
        self.device_places: dict[str, int] = {}
        self.stream_places: dict[tuple[str, str], int] = {}
        self.stream_names: list[str] = []
        self._streams_of: list[list[int]] = []  # of each device
        self._works: list[bool] = []  # whether it is one that does work
        # Streams that mean the same share one place: its meaning, and the guard-rails.
        self.kinds: dict[tuple[Meaning, float, float], int] = {}
        self._meanings: list[tuple[Meaning, float, float]] = []
        self.measures = Measures.of([])

    def enrol(self, devices: Iterable[DeviceSpec]) -> None:
        """Take devices in, or learn of further metrics of known ones."""
        for device in devices:
            place = self.device_places.setdefault(device.device_id, len(self.device_ids))
            if place == len(self.device_ids):
                self.device_ids.append(device.device_id)
                self._streams_of.append([])
                self._works.append(False)
                self._make_room()
                if device.zone not in self.zones:
                    self.zones.append(device.zone)
                self.zone[place] = self.zones.index(device.zone)
            for metric in device.metrics:
                self._add_stream(device.device_id, metric)

    def stream(self, device_id: str, metric: str) -> int:
        """The place of a stream; one that nobody declared is taken as it comes."""
        place = self.stream_places.get((device_id, metric))
        return self._add_stream(device_id, MetricSpec(metric)) if place is None else place

    def batch(self, reports: Iterable[Report]) -> Batch:
        """Reports as columns. A device that is not owned is taken in."""
        device, at, traffic = [], [], []
        row, stream, value = [], [], []
        for number, report in enumerate(reports):
            if report.device_id not in self.device_places:
                self.enrol([DeviceSpec(report.device_id)])
            device.append(self.device_places[report.device_id])
            at.append(report.at)
            traffic.append(report.traffic)
            for name, reading in report.values.items():
                if reading is not None:
                    row.append(number)
                    stream.append(self.stream(report.device_id, name))
                    value.append(reading)
        return Batch(
            np.array(device, np.intp), np.array(at, np.float64), np.array(row, np.intp),
            np.array(stream, np.intp), np.array(value, np.float64),
            np.array(traffic, np.float32) if any(one != 1.0 for one in traffic) else None,
        )  # fmt: skip

    def local(self, places: Places, at: Doubles) -> Doubles:
        return local_seconds(self.zones, self.zone[places].astype(np.intp), at)

    def learning(self, known: Devices, at: Doubles) -> NDArray[np.bool_]:
        """Which devices have not been known for long enough to speak."""
        young = at - known.first_at < self.parameters.learning_hours * 3600
        return young & ~known.taught

    def patience_s(self, rows: slice) -> Floats:
        """For how long devices may be silent: until it is no chance, where so many reports of each
        are lost on the way.
        """
        p, interval_s = self.parameters, self.devices.interval_s[rows]
        lost = np.clip(self.devices.lost[rows], 1e-4, 0.5)
        in_a_row = np.ceil(np.log(p.silent_chance) / np.log(lost) + p.silent_late)
        late = p.silent_late + p.silent_uneven * self.devices.uneven[rows]
        patience: Floats = np.maximum((np.maximum(in_a_row, 3) - 1 + late) * interval_s, 60.0)
        return patience

    @property
    def state_bytes(self) -> int:
        """What the state of the owned streams takes, with their share of the devices'."""
        a_stream = (self.streams.size_bytes + self.meaning.nbytes) / len(self.streams)
        a_device = self.devices.size_bytes / len(self.devices)
        return int(a_stream * len(self.stream_names) + a_device * len(self.device_ids))

    def kept(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """All that is known, as arrays and words."""
        devices, streams = len(self.device_ids), len(self.stream_names)
        owner = np.zeros(streams, np.int32)
        for (device_id, _), place in self.stream_places.items():
            owner[place] = self.device_places[device_id]
        arrays: dict[str, NDArray[Any]] = {
            "zone": self.zone[:devices],
            "owner": owner,
            "meaning": self.meaning[:streams],
        }
        for prefix, columns, size in self._columns():
            arrays |= {f"{prefix}.{name}": a[:size] for name, a in columns.columns().items()}
        words = {
            "zones": self.zones,
            "device_ids": self.device_ids,
            "stream_names": self.stream_names,
            "kinds": [[asdict(meaning), above, below] for meaning, above, below in self.kinds],
        }
        return arrays, words

    def take_up(self, arrays: Mapping[str, NDArray[Any]], words: Mapping[str, Any]) -> None:
        """Go on, as a new register, from what was kept."""
        self.zones = list(words["zones"])
        kinds = [(Meaning.of(one), above, below) for one, above, below in words["kinds"]]
        self.kinds, self._meanings = {kind: k for k, kind in enumerate(kinds)}, kinds
        self.measures = self._read_meanings()
        self.device_ids, self.stream_names = list(words["device_ids"]), list(words["stream_names"])
        self.device_places = {one: k for k, one in enumerate(self.device_ids)}
        owners = (self.device_ids[place] for place in arrays["owner"].tolist())
        self.stream_places = {
            key: k for k, key in enumerate(zip(owners, self.stream_names, strict=True))
        }
        self._make_room()
        self.zone[: len(self.device_ids)] = arrays["zone"]
        self.meaning[: len(self.stream_names)] = arrays["meaning"]
        self._streams_of = [[] for _ in self.device_ids]
        self._works = [False] * len(self.device_ids)
        for place, device in enumerate(arrays["owner"].tolist()):
            self._streams_of[device].append(place)
            self._works[device] |= kinds[self.meaning[place]][0].works
        for prefix, columns, size in self._columns():
            for name, array in columns.columns().items():
                array[:size] = arrays[f"{prefix}.{name}"]

    def _columns(self) -> list[tuple[str, Columns, int]]:
        return [
            ("devices", self.devices, len(self.device_ids)),
            ("streams", self.streams, len(self.stream_names)),
        ]

    def _add_stream(self, device_id: str, metric: MetricSpec) -> int:
        key = (device_id, metric.name)
        if key in self.stream_places:
            return self.stream_places[key]
        place = self.stream_places[key] = len(self.stream_names)
        self.stream_names.append(metric.name)
        self._make_room()
        device = self.device_places[device_id]
        self._streams_of[device].append(place)
        meaning = meaning_of(metric.name, metric.unit, metric.direction)
        self._mean(place, (meaning, metric.above, metric.below))
        if meaning.works and not self._works[device]:
            self._works[device] = True
            self._in_company(self._streams_of[device])
        elif self._works[device]:
            self._in_company([place])
        return place

    def _mean(self, place: int, kind: tuple[Meaning, float, float]) -> None:
        known = len(self.kinds)
        self.meaning[place] = self.kinds.setdefault(kind, known)
        if len(self.kinds) > known:
            self._meanings.append(kind)
            self.measures = self._read_meanings()

    def _in_company(self, places: Iterable[int]) -> None:
        """What these streams mean on a device that does work."""
        for place in places:
            meaning, above, below = self._meanings[self.meaning[place]]
            if meaning.warmth:
                self._mean(place, (meaning.on_a_machine(), above, below))

    def _read_meanings(self) -> Measures:
        factor = self.parameters.own_unit
        return Measures.of([(one.scaled(factor), a, b) for one, a, b in self.kinds])

    def _make_room(self) -> None:
        devices, streams = len(self.device_ids), len(self.stream_names)
        if devices > len(self.devices):
            self.devices = self.devices.grown(max(devices, 2 * len(self.devices)))
            self.zone = _widened(self.zone, len(self.devices))
        if streams > len(self.streams):
            self.streams = self.streams.grown(max(streams, 2 * len(self.streams)))
            self.meaning = _widened(self.meaning, len(self.streams))


def _widened(array: NDArray[Any], size: int) -> NDArray[Any]:
    wide = np.zeros(size, array.dtype)
    wide[: len(array)] = array
    return wide
