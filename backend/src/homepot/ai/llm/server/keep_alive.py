"""How long a model stays in memory after its last answer. Pure."""

import math
import re

from homepot.ai.llm.server.errors import Refused

DEFAULT_S = 300.0
_UNITS_S = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")


def seconds(given: str | float | None) -> float:
    """As Ollama reads it: a number of seconds or a length like 5m; below zero means for good.

    >>> seconds(None), seconds("1h30m"), seconds(0), seconds("90"), seconds(-1), seconds("-1m")
    (300.0, 5400.0, 0.0, 90.0, inf, inf)
    """
    if given is None:
        return DEFAULT_S
    text = str(given).strip()
    if text.startswith("-"):
        return math.inf
    try:
        plain = float(text)
    except ValueError:
        parts = _PART.findall(text)
        if not parts or "".join(number + unit for number, unit in parts) != text:
            raise Refused(
                400, f"keep_alive {text[:40]!r} is no length of time: write 5m, 30s, 0 or -1"
            ) from None
        plain = sum(float(number) * _UNITS_S[unit] for number, unit in parts)
    if math.isnan(plain):
        raise Refused(400, "keep_alive is not a number")
    return plain
