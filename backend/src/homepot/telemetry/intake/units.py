"""In what a metric is measured: values of two units are never mixed. Pure."""

from collections.abc import Mapping
from typing import Any

from homepot.core.errors import BadInput
from homepot.telemetry.intake.batch import METRICS_MAX

UNIT_LENGTH_MAX = 32
# Spellings that mean the same, in small letters.
_SPELLINGS = {
    "percent": "%",
    "pct": "%",
    "c": "°C",
    "celsius": "°C",
    "degc": "°C",
    "deg c": "°C",
    "°c": "°C",
    "\u2103": "°C",
    "f": "°F",
    "fahrenheit": "°F",
    "degf": "°F",
    "°f": "°F",
    "seconds": "s",
    "second": "s",
    "sec": "s",
    "milliseconds": "ms",
    "millisecond": "ms",
    "us": "µs",
    "\u03bcs": "µs",
    "microseconds": "µs",
    "microsecond": "µs",
    "nanoseconds": "ns",
    "nanosecond": "ns",
    "minutes": "min",
    "minute": "min",
    "hours": "h",
    "hour": "h",
    "days": "d",
    "day": "d",
    "bytes/s": "B/s",
    "volts": "V",
    "volt": "V",
    "amperes": "A",
    "ampere": "A",
    "amps": "A",
    "watts": "W",
    "watt": "W",
    "hpa": "hPa",
    "dbm": "dBm",
    "ratio": "1",
}


def spelled(unit: str) -> str:
    """One spelling for all the ways a unit is written.

    >>> spelled(" Celsius "), spelled("mW"), spelled("MW")
    ('°C', 'mW', 'MW')
    """
    bare = unit.strip()
    return _SPELLINGS.get(bare.lower(), bare)


def measured_in(unit: str) -> str:
    """
    >>> measured_in("°C"), measured_in("1")
    ('is measured in °C', 'is a number without a unit')
    """
    return "is a number without a unit" if unit == "1" else f"is measured in {unit}"


def units_said(given: Any) -> Mapping[str, str]:
    """What a sender says of units, by metric; BadInput where that is none."""
    if not given:
        return {}
    if not isinstance(given, dict) or not all(
        isinstance(name, str) and isinstance(unit, str) for name, unit in given.items()
    ):
        raise BadInput('units: an object like {"temperature_celsius": "°C"}.', at="body.units")
    if len(given) > METRICS_MAX:
        raise BadInput(f"units: {METRICS_MAX:,} at most.", at="body.units")
    for name, unit in given.items():
        if len(unit) > UNIT_LENGTH_MAX or not unit.isprintable():
            raise BadInput(
                f"The unit of {name[:64]!r} is no unit: {UNIT_LENGTH_MAX} printable characters at"
                " most.",
                at="body.units",
            )
    return {name: spelled(unit) for name, unit in given.items() if unit.strip()}
