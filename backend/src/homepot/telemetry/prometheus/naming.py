"""What a series is here: a metric of a device. Pure, and the same for ever: the labels decide.

A name that can be read back into the labels it was made from needs no more; every other one ends
in a hash of the labels. So two series of one device never share a name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from homepot.telemetry.intake.batch import METRIC_NAME
from homepot.telemetry.names import device_id, short_hash
from homepot.telemetry.prometheus.rules import Rule, Rules

NAME_MAX = 63
_PORT = re.compile(r":\d{1,5}$")
# What can be told apart again after it was joined with "__", and a label from its value by "_".
_PLAIN_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_PLAIN_LABEL = re.compile(r"[a-z][a-z0-9]*")
_PLAIN_VALUE = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")


@dataclass(frozen=True)
class Named:
    """Where the samples of a series go."""

    device: str
    metric: str
    factor: float = 1.0
    site: str | None = None


@dataclass(frozen=True)
class NotKept:
    """Why the samples of a series go nowhere; without a reason the rules dropped it."""

    reason: str | None = None


def named(labels: Mapping[str, str], rules: Rules) -> Named | NotKept:
    name = labels.get("__name__", "")
    if not name:
        return NotKept("a series has no __name__")
    rule = next((rule for rule in rules.rules if rule.fits(name, dict(labels))), None)
    if rule is not None and rule.drop:
        return NotKept()
    device = device_of(labels, rules)
    if device is None:
        return NotKept(f"the series {name[:80]!r} has none of the labels {', '.join(rules.device)}")
    apart = _telling_apart(labels, rules, rule)
    metric = rule.metric if rule and rule.metric else None
    return Named(
        device,
        metric_name(metric or name, apart),
        rule.factor if rule else 1.0,
        labels.get(rules.site) or None,
    )


def _telling_apart(labels: Mapping[str, str], rules: Rules, rule: Rule | None) -> dict[str, str]:
    """The labels that go into the name. What a metric of the product was recognised by does not."""
    left_out = {"__name__", rules.site, *rules.device, *rules.ignore}
    if rule is not None:
        left_out -= set(rule.apart_by)
        if rule.metric:
            left_out |= rule.labels.keys()
    return {label: value for label, value in labels.items() if value and label not in left_out}


def device_of(labels: Mapping[str, str], rules: Rules) -> str | None:
    """The id of the device: a label of its own as it is, an instance without its port.

    >>> from homepot.telemetry.prometheus.rules import load
    >>> device_of({"instance": "till-3.lan:9100"}, load(None))
    'till-3.lan'
    """
    label = next((label for label in rules.device if labels.get(label)), None)
    if label is None:
        return None
    given = labels[label]
    if label == "instance":
        given = _PORT.sub("", given).removeprefix("[").removesuffix("]") or given
    return device_id(given)


def metric_name(name: str, apart: Mapping[str, str]) -> str:
    """
    >>> metric_name("node_cpu_seconds_total", {"cpu": "0", "mode": "idle"})
    'node_cpu_seconds_total__cpu_0__mode_idle'
    >>> metric_name("node_filesystem_free_bytes", {"mountpoint": "/boot"})
    'node_filesystem_free_bytes__mountpoint_boot__ywzpydeof4'
    """
    pairs = sorted(apart.items())
    readable = "__".join([name, *(f"{label}_{value}" for label, value in pairs)])
    if (
        len(readable) <= NAME_MAX
        and _PLAIN_NAME.fullmatch(name)
        and all(_PLAIN_LABEL.fullmatch(la) and _PLAIN_VALUE.fullmatch(va) for la, va in pairs)
    ):
        return readable
    words = [name, *(f"{label}_{_word(value) or 'root'}" for label, value in pairs)]
    ending = "__" + short_hash("\0".join([name, *(part for pair in pairs for part in pair)]))
    clean = "__".join(filter(None, map(_word, words)))[: NAME_MAX - len(ending) - 2].rstrip("_")
    clean = clean if METRIC_NAME.fullmatch(clean) else f"m_{clean}".rstrip("_")
    return clean + ending


def _word(text: str) -> str:
    return re.sub(r"_+", "_", re.sub(r"[^a-z0-9_]", "_", text.lower())).strip("_")
