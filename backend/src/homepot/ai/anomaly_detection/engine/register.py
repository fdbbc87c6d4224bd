"""Which devices and streams an engine owns, where their state lies, and how it is kept."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from homepot.ai.anomaly_detection.engine.columns import Doubles, Places
from homepot.ai.anomaly_detection.engine.meaning import meaning_of
from homepot.ai.anomaly_detection.engine.shapes import Batch, DeviceSpec, MetricSpec, Report
from homepot.ai.anomaly_detection.engine.site_clock import local_seconds
from homepot.ai.anomaly_detection.engine.state import Devices, Memories, Streams
from homepot.ai.anomaly_detection.engine.worth import Measures

_ROOM = 64


class Register:
    def __init__(self) -> None:
        self.devices = Devices.empty(_ROOM)
        self.streams = Streams.empty(_ROOM)
        self.memories = Memories.empty(_ROOM)
        self.meaning = np.zeros(_ROOM, np.intp)
        self.zone: NDArray[np.int16] = np.zeros(_ROOM, np.int16)
        self.zones: list[str] = []
        self.device_ids: list[str] = []
        self.device_places: dict[str, int] = {}
        self.stream_places: dict[tuple[str, str], int] = {}
        self.stream_names: list[str] = []
        self.specs: list[MetricSpec] = []
        self._kinds: dict[MetricSpec, int] = {}
        self.measures = Measures.of([])

    def enrol(self, devices: Iterable[DeviceSpec]) -> None:
        """Take devices in, or learn of further metrics of known ones."""
        for device in devices:
            place = self.device_places.setdefault(device.device_id, len(self.device_ids))
            if place == len(self.device_ids):
                self.device_ids.append(device.device_id)
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

    @property
    def state_bytes(self) -> int:
        """What the state of the owned streams takes, with their share of the devices'."""
        a_stream = (self.streams.size_bytes + self.memories.size_bytes) / len(self.streams)
        a_device = self.devices.size_bytes / len(self.devices)
        return int(a_stream * len(self.stream_names) + a_device * len(self.device_ids))

    def _add_stream(self, device_id: str, metric: MetricSpec) -> int:
        key = (device_id, metric.name)
        if key in self.stream_places:
            return self.stream_places[key]
        place = self.stream_places[key] = len(self.stream_names)
        self.stream_names.append(metric.name)
        self._make_room()
        kind = self._kinds.get(metric)
        if kind is None:
            kind = self._kinds[metric] = len(self.specs)
            self.specs.append(metric)
            self._read_meanings()
        self.meaning[place] = kind
        return place

    def _read_meanings(self) -> None:
        self.measures = Measures.of(
            [(meaning_of(s.name, s.unit, s.direction), s.above, s.below) for s in self.specs]
        )

    def _make_room(self) -> None:
        if len(self.device_ids) > len(self.devices):
            self.devices = self.devices.grown(2 * len(self.devices))
            self.zone = np.resize(self.zone, len(self.devices))
        if len(self.stream_names) > len(self.streams):
            self.streams = self.streams.grown(2 * len(self.streams))
            self.memories = self.memories.grown(len(self.streams))
            self.meaning = np.resize(self.meaning, len(self.streams))
