"""Which topics belong to whom: a pattern with a place for the device. Pure."""

import re
from dataclasses import dataclass

ONE, SEVERAL = "{device}", "{device...}"
TOPIC_MAX_BYTES = 65_535


@dataclass(frozen=True)
class TopicPattern:
    """A topic in which `+` is any level, `{device}` the one that names the device, `{device...}`
    several of them, and a last `#` whatever follows, or nothing."""

    text: str
    filter: str
    _pattern: re.Pattern[str]

    def device_of(self, topic: str) -> str | None:
        """The device's own name in a topic that fits, "" where the pattern has none; else None."""
        found = self._pattern.fullmatch(topic)
        if found is None:
            return None
        return found["device"] if "device" in self._pattern.groupindex else ""


def pattern(text: str) -> TopicPattern:
    """ValueError with what is wrong where this is no pattern.

    >>> pattern("tele/{device}/SENSOR").device_of("tele/till-3/SENSOR")
    'till-3'
    >>> pattern("zigbee2mqtt/{device...}").device_of("zigbee2mqtt/kitchen/lamp")
    'kitchen/lamp'
    >>> pattern("zigbee2mqtt/{device...}/availability").filter
    'zigbee2mqtt/#'
    """
    if not text or "\0" in text or len(text.encode()) > TOPIC_MAX_BYTES:
        raise ValueError("a topic has 1 to 65,535 bytes and no NUL")
    levels = text.split("/")
    if text.count("{") != text.count(ONE) + text.count(SEVERAL) or text.count("{") > 1:
        raise ValueError("a topic has {device} or {device...} once, and no other braces")
    if "#" in levels[:-1]:
        raise ValueError("# can only be the last level of a topic")
    parts, subscribed = [], []
    for level in levels:
        if level in _LEVELS:
            part, plain = _LEVELS[level]
        elif any(mark in level for mark in "+#{}"):
            raise ValueError(f"{level!r}: + # {{device}} and {{device...}} stand for whole levels")
        else:
            part, plain = re.escape(level), level
        parts.append(part)
        subscribed.append(plain)
    if "#" in subscribed:
        del subscribed[subscribed.index("#") + 1 :]
    whole = "/".join(parts).removesuffix("/.*")
    ending = "(?:/.*)?" if len(parts) > 1 and parts[-1] == ".*" else ""
    return TopicPattern(text, "/".join(subscribed), re.compile(whole + ending, re.DOTALL))


_LEVELS = {
    "+": ("[^/]*", "+"),
    "#": (".*", "#"),
    ONE: ("(?P<device>[^/]+)", "+"),
    SEVERAL: ("(?P<device>.+?)", "#"),
}
