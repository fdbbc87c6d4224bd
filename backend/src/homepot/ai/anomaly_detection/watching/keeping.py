"""Which engine wrote what is kept, and telling an engine anew what its metrics mean. Pure."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict

from homepot.ai.anomaly_detection.engine import DeviceSpec, Engine, MetricSpec, Parameters
from homepot.ai.anomaly_detection.engine.state import Devices, Streams

_FORMAT = 1


def version_of(parameters: Parameters) -> str:
    """Another set of columns or other parameters are another version: what was kept of the one
    is nothing to the other, and is learnt anew from history."""
    shapes = [
        (kind.__name__, name, str(array.dtype), array.shape[1:])
        for kind in (Devices, Streams)
        for name, array in kind.empty(1).columns().items()
    ]
    said = repr((_FORMAT, shapes, sorted(asdict(parameters).items())))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def retold(
    engine: Engine,
    zone_of: Callable[[str], str],
    metric_of: Callable[[str, str], MetricSpec],
) -> Engine:
    """The same engine, with the timezones, meanings and limits of today."""
    told = Engine(engine.parameters)
    told.enrol(DeviceSpec(one, zone_of(one)) for one in engine.device_ids)
    for device_id, name in engine.stream_places:
        told.enrol([DeviceSpec(device_id, metrics=(metric_of(device_id, name),))])
    for mine, theirs in (
        (told.devices, engine.devices),
        (told.streams, engine.streams),
    ):
        size = min(len(theirs), len(mine))
        mine.rows[:size] = theirs.rows[:size]
    told.events.told = engine.events.told
    return told
