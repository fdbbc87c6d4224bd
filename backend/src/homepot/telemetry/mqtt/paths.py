"""Places in a JSON document, written `ENERGY.Power` or `*.Temperature`. Pure."""

import re
from collections.abc import Iterator
from typing import Any

from homepot.telemetry.names import short_hash

DEPTH_MAX = 8
LEAVES_MAX = 2_000
NAME_MAX = 63
Path = tuple[str, ...]
_SEPARATOR = re.compile(r"(?<!\\)\.")


class TooDeep(ValueError):
    """A document of more levels or values than is looked at."""


def parsed(text: str) -> Path:
    r"""
    >>> parsed("DS18B20-1.Temperature"), parsed(r"a\.b.0")
    (('DS18B20-1', 'Temperature'), ('a.b', '0'))
    """
    parts = tuple(part.replace("\\.", ".") for part in _SEPARATOR.split(text))
    if not all(parts) or len(parts) > DEPTH_MAX:
        message = f"a path is 1 to {DEPTH_MAX} names with a dot between them"
        raise ValueError(message)
    return parts


def leaves(document: Any) -> Iterator[tuple[Path, Any]]:
    """Every value that is no object and no array, and where it stands."""
    found = 0
    waiting: list[tuple[Path, Any]] = [((), document)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            inside = [((*path, str(key)), one) for key, one in value.items()]
        elif isinstance(value, list):
            inside = [((*path, str(place)), one) for place, one in enumerate(value)]
        else:
            found += 1
            yield path, value
            continue
        if len(path) >= DEPTH_MAX or found + len(waiting) + len(inside) > LEAVES_MAX:
            raise TooDeep(f"more than {DEPTH_MAX} levels or {LEAVES_MAX:,} values in one message")
        waiting.extend(reversed(inside))


def at(document: Any, path: Path) -> Any:
    """What stands there; None where nothing does."""
    for part in path:
        if isinstance(document, dict):
            document = document.get(part)
        elif isinstance(document, list) and part.isascii() and part.isdigit():
            document = document[int(part)] if int(part) < len(document) else None
        else:
            return None
    return document


def fitting(pattern: Path, path: Path) -> list[str] | None:
    """What the stars of the pattern stand for, where the path fits it."""
    if len(pattern) != len(path):
        return None
    stars = []
    for wanted, there in zip(pattern, path, strict=True):
        if wanted == "*":
            stars.append(there)
        elif wanted != there:
            return None
    return stars


def word(text: str) -> str:
    return re.sub(r"_+", "_", re.sub(r"[^a-z0-9_]", "_", text.lower())).strip("_")


def metric_name(parts: Path) -> str:
    """A name for a value that no map names. Two places that differ in signs alone share one.

    >>> metric_name(("DS18B20-1", "Temperature")), metric_name(("2nd",))
    ('ds18b20_1_temperature', 'm_2nd')
    """
    return shortened("_".join(filter(None, map(word, parts))))


def shortened(name: str) -> str:
    """As it is where it can be the name of a metric; else made to be one."""
    name = name if name[:1].isascii() and name[:1].isalpha() else f"m_{name}"
    if len(name) <= NAME_MAX:
        return name.rstrip("_")
    ending = "__" + short_hash(name)
    return name[: NAME_MAX - len(ending)].rstrip("_") + ending
