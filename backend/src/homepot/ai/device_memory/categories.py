"""Into which category an incident falls, by what it did and what was written. Pure."""

import re
from collections.abc import Sequence

from homepot.ai.device_memory.signature import Signature, held

CATEGORIES: Sequence[str] = (
    "temperature", "connectivity", "power", "storage", "software", "mechanical", "sensor",
    "hardware", "security", "other",
)  # fmt: skip

_SILENT = 0.5
_METRICS: Sequence[tuple[str, str]] = (
    ("battery|voltage|volts", "power"),
    ("vibration|rpm|fan|bearing", "mechanical"),
    ("disk|storage|inode|filesystem", "storage"),
    ("temp|celsius|humidity", "temperature"),
    ("latency|loss|signal|rssi|jitter|ping", "connectivity"),
    ("cpu|memory|error|queue|load", "software"),
    ("transaction|sales|orders", "hardware"),
    ("power|watt|current", "power"),
)
_WORDS: Sequence[tuple[str, str]] = (
    (r"log ?in|password|intru|malware|tamper|attack|breach", "security"),
    (r"bearing|vibrat|grind|belt|compressor shak|lubricat", "mechanical"),
    (r"disk|storage|log rotation|logrotate|journal", "storage"),
    (r"battery|mains|power|fuse|breaker|voltage|adapter|ups\b", "power"),
    (r"frozen value|same value|reading frozen|probe|sensor stuck|calibrat", "sensor"),
    (r"network|latency|packet|switch|duplex|offline|unreachable|wi-?fi|cable|link", "connectivity"),
    (r"temperature|hot|warm|cool|cold|fridge|freezer|refriger|air condition", "temperature"),
    (r"card reader|printer|screen|keyboard|scanner|hardware", "hardware"),
    (r"memory|cpu|processor|application|software|spooler|config|error|crash|update", "software"),
)


def category_of(signature: Signature | None, words: str) -> str:
    """By the metrics where they say it, else by the words, else other."""
    if signature is not None and (found := _by_metrics(signature)):
        return found
    text = words[:2_000].lower()
    return next((kind for pattern, kind in _WORDS if re.search(pattern, text)), "other")


def _by_metrics(signature: Signature) -> str | None:
    if signature.silent > _SILENT:
        return "power" if signature.around > _SILENT else "connectivity"
    if any(sign.flat for sign in signature.metrics.values()):
        return "sensor"
    strongest = max(
        signature.metrics, key=lambda name: abs(held(signature.metrics[name].height)), default=""
    )
    # A machine that shakes warms up and draws more power: the shaking is the cause.
    names = [name for name in signature.metrics if "vibration" in name.lower()] or [strongest]
    return next((kind for pattern, kind in _METRICS if re.search(pattern, names[0].lower())), None)
