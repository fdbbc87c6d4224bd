"""What kind of trouble a deviation is, by what deviates. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

CATEGORIES = (
    "temperature", "connectivity", "power", "storage", "software", "hardware", "mechanical",
    "sensor", "security",
)  # fmt: skip

# First match wins; words are parts of a name between underscores.
_WORDS = (
    ("security", r"login|logins|auth|intrusion|tamper|denied|firewall"),
    ("temperature", r"temperature|temp|thermocouple|celsius|humidity|cooling"),
    ("storage", r"disk|inode|inodes|filesystem|storage|swap|volume_free"),
    ("power", r"battery|power|watts?|voltage|volts?|current|amperes?|amps?|mains|ups"),
    ("mechanical", r"vibration|rpm|fan|pressure|flow|speed|torque|bearing|valve|pump"),
    (
        "connectivity",
        r"latency|ping|rtt|jitter|loss|lost|dropped|signal|rssi|rsrp|network|link|packets",
    ),
    (
        "software",
        r"cpu|memory|mem|ram|heap|load|process|processes|threads|errors?|failures?|queue",
    ),
    ("software", r"transactions?|sales|sessions?|connections?|requests?|response|uptime"),
)
_FOUND = tuple((name, re.compile(rf"(^|_)({words})(_|$)")) for name, words in _WORDS)


def category_of_metric(name: str) -> str:
    """
    >>> category_of_metric("disk_percent"), category_of_metric("Frobnication")
    ('storage', 'sensor')
    """
    spelled = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    spelled = re.sub(r"[^a-z0-9]+", "_", spelled)
    return next((category for category, words in _FOUND if words.search(spelled)), "sensor")


def main_category(signs: Sequence[tuple[str, Sequence[Mapping[str, Any]]]]) -> str:
    """Of signs in the order they began, each a kind and its metrics: what most of the evidence is
    of. What has no metrics weighs as much as one that is just worth telling.

    >>> disk = ("ramp", [{"name": "disk_percent", "kind": "ramp", "share": 1.0, "weight": 0.8}])
    >>> worn = ("drift", [{"name": "vibration", "kind": "drift", "share": 1.0, "weight": 1.4}])
    >>> main_category([disk, worn]), main_category([disk, ("silent", [])])
    ('mechanical', 'connectivity')
    """
    evidence: dict[str, float] = {}
    for kind, metrics in signs:
        category = category_of(kind, metrics)
        weight = max((float(m.get("weight", m["share"])) for m in metrics), default=1.0)
        evidence[category] = evidence.get(category, 0.0) + weight
    return max(evidence, key=lambda one: evidence[one])


def category_of(kind: str, metrics: Sequence[Mapping[str, Any]]) -> str:
    """By the metric that has most part in it; a sensor that stands still is the sensor's trouble.

    >>> still = {"name": "temperature", "kind": "frozen", "share": 1.0}
    >>> category_of("silent", []), category_of("frozen", [still])
    ('connectivity', 'sensor')
    """
    if kind == "silent":
        return "connectivity"
    if kind == "unmeasured":
        return "sensor"
    if not metrics:
        return "software"
    most = max(metrics, key=lambda one: float(one["share"]))
    return "sensor" if most["kind"] == "frozen" else category_of_metric(str(most["name"]))
