"""The device types and metrics that the product ships, read from the YAML beside this file."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from homepot.fleet.types.logic import (
    DeviceType,
    Direction,
    Kind,
    Metric,
    TypeMetric,
    check_type,
    of_metric,
)


@dataclass(frozen=True)
class Catalogue:
    metrics: Mapping[str, Metric]
    types: Mapping[str, DeviceType]


@cache
def shipped() -> Catalogue:
    """What the product ships. A mistake in the files stops the start."""
    metrics = {name: Metric(name=name, **_fields(said)) for name, said in _read("metrics").items()}
    types = {name: _type(name, said, metrics) for name, said in _read("types").items()}
    return Catalogue(metrics, types)


def _type(name: str, said: Mapping[str, Any], metrics: Mapping[str, Metric]) -> DeviceType:
    reported = {
        metric: TypeMetric(**{**vars(of_metric(metrics[metric])), **_fields(own)})
        for metric, own in said["metrics"].items()
    }
    device_type = DeviceType(name=name, label=said["label"], shipped=True, metrics=reported)
    check_type(device_type)
    return device_type


def _fields(said: Mapping[str, Any]) -> dict[str, Any]:
    """A `range` becomes its two ends, words become members."""
    plain = dict(said)
    if "range" in plain:
        plain["range_low"], plain["range_high"] = (float(end) for end in plain.pop("range"))
    if "kind" in plain:
        plain["kind"] = Kind(plain["kind"])
    if "direction" in plain:
        plain["direction"] = Direction(plain["direction"])
    return plain


def _read(name: str) -> dict[str, Any]:
    text = files(__name__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    return content
