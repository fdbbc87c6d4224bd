"""Numbers with their units: 60 %, 5 degrees, two hours, 200 ms, 1.5k."""

from dataclasses import dataclass

from homepot.ai.query.language.times.rolling import amount_at as duration_at
from homepot.ai.query.language.times.words import NUMBERS, SECONDS, number_of
from homepot.ai.query.vocabulary import Metric

# As said -> canonical unit, and how many of it that is.
UNITS: dict[tuple[str, ...], tuple[str, float]] = {
    **dict.fromkeys([("%",), ("percent",), ("per", "cent"), ("pct",), ("percentage", "points"),
                     ("percent", "points"), ("pp",), ("points",), ("pts",),
                     ("percentage", "point"), ("pc",)], ("%", 1.0)),
    **dict.fromkeys([("°",), ("degrees",), ("degree",), ("deg",)], ("°", 1.0)),
    **dict.fromkeys([("°c",), ("c",), ("celsius",), ("degrees", "celsius"), ("degrees", "c"),
                     ("deg", "c"), ("degree", "celsius"), ("centigrade",),
                     ("degrees", "centigrade")], ("°c", 1.0)),
    **dict.fromkeys([("°f",), ("f",), ("fahrenheit",), ("degrees", "fahrenheit"),
                     ("degrees", "f")], ("°f", 1.0)),
    **dict.fromkeys([("ms",), ("msec",), ("millisecond",), ("milliseconds",), ("millis",),
                     ("msecs",)], ("ms", 1.0)),
    **dict.fromkeys([("mm", "s"), ("mms",), ("mm/s",), ("mm", "per", "second"),
                     ("millimetres", "per", "second")], ("mm/s", 1.0)),
    **dict.fromkeys([("w",), ("watt",), ("watts",)], ("w", 1.0)),
    **dict.fromkeys([("kw",), ("kilowatt",), ("kilowatts",)], ("w", 1000.0)),
    **dict.fromkeys([("v",), ("volt",), ("volts",)], ("v", 1.0)),
    **dict.fromkeys([("amp",), ("amps",), ("amperes",)], ("a", 1.0)),
    **dict.fromkeys([("dbm",)], ("dbm", 1.0)), **dict.fromkeys([("rpm",)], ("rpm", 1.0)),
    **dict.fromkeys([("hpa",), ("mbar",)], ("hpa", 1.0)), ("ppm",): ("ppm", 1.0),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Amount:
    words: int
    value: float
    unit: str = ""  # canonical; "s" for a duration, of which the value is the seconds
    said: str = ""  # the unit's word, where it is a duration


def amount_at(words: tuple[str, ...], at: int) -> Amount | None:
    """
    >>> amount_at(("60", "%"), 0)
    Amount(words=2, value=60.0, unit='%', said='')
    >>> amount_at(("two", "hours"), 0)
    Amount(words=2, value=7200.0, unit='s', said='hours')
    """
    sign = 1
    start = at
    if (
        words[at] in {"-", "minus"}
        and at + 1 < len(words)
        and (words[at + 1][0].isdigit() or (words[at] == "minus" and words[at + 1] in NUMBERS))
    ):
        if at and words[at - 1][0].isdigit():
            return None
        sign, start = -1, at + 1
    number = number_of(words, start)
    if number is None or (words[start] in {"couple", "few"} and number[1] == 1):
        duration = duration_at(words, at)
        if duration and words[at] in {"a", "an", "half"}:
            return Amount(duration[1], float(duration[0]), "s", words[at + duration[1] - 1])
        return None
    value, length = number
    after = start + length
    for size in (3, 2, 1):
        unit = UNITS.get(words[after : after + size]) if after + size <= len(words) else None
        if unit:
            taken = after + size - at
            return Amount(taken, sign * value * unit[1], unit[0])
    duration = duration_at(words, start)
    if duration and sign > 0 and duration[1] > length + 1:  # an hour and a half
        return Amount(duration[1], float(duration[0]), "s", words[start + duration[1] - 1])
    unit_word = words[after] if after < len(words) else ""
    if unit_word in SECONDS and (len(unit_word) > 1 or unit_word in {"h", "d"}):
        return Amount(length + 1 + start - at, value * SECONDS[words[after]], "s", words[after])
    return Amount(length + start - at, sign * value)


# Of a metric that no catalogue knows, the end of its name may say the unit.
_ENDINGS = {
    "percent": "%", "pct": "%", "ms": "ms", "celsius": "°c", "fahrenheit": "°f", "watts": "w",
    "volts": "v", "rpm": "rpm", "ppm": "ppm", "dbm": "dbm", "hpa": "hpa",
}  # fmt: skip


def in_unit_of(amount: Amount, metric: Metric) -> float | None:
    """The amount in a metric's own unit; None if it cannot be.

    >>> in_unit_of(Amount(2, 5.0, "%"), Metric("error_rate", kind="ratio"))
    0.05
    >>> in_unit_of(Amount(2, 2.0, "s", "seconds"), Metric("network_latency_ms", unit="ms"))
    2000.0
    """
    unit = metric.unit.casefold() or _ENDINGS.get(metric.name.rsplit("_", 1)[-1], "")
    if not amount.unit:
        if unit == "%" and amount.value == 0.5:
            return 50.0
        is_part = metric.kind == "ratio" and amount.value > 1
        return amount.value / 100 if is_part else amount.value
    if metric.kind == "ratio" and amount.unit == "%":
        return round(amount.value / 100, 12)
    if amount.unit == unit or (amount.unit == "°" and unit in {"°c", "°f", "c", "f"}):
        return amount.value
    if amount.unit in {"°f", "°c"} and unit in {"°c", "°f"}:
        if amount.unit == "°f":
            return round((amount.value - 32) * 5 / 9, 6)
        return round(amount.value * 9 / 5 + 32, 6)
    if amount.unit == "s" and unit == "ms":
        return amount.value * 1_000
    if amount.unit == "ms" and unit == "s":
        return amount.value / 1_000
    if amount.unit == "s" and unit in {"s", "sec", "seconds"}:
        return amount.value
    return None
