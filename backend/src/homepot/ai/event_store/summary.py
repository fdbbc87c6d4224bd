"""The last events of a device in words, for a prompt. No I/O.

Nothing is said that is not in the events: a title is quoted as it is, everything else is a count,
an age or one of our own words. The same events at the same moment give the same text.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from homepot.ai.event_store.logic import Event
from homepot.fleet.events.logic import Severity

CHARACTERS_MAX = 1_500
QUOTED_MAX = 80
CRITICAL_SHOWN_MAX = 5
_ROOM_FOR_THE_REST = 48
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_SEVERITIES: tuple[tuple[Severity, str], ...] = (
    ("critical", "critical"),
    ("warning", "of warning"),
    ("info", "of information"),
)
# Many of one kind are told in the singular and the plural.
_KINDS = {
    "alert": ("alert", "alerts"),
    "log": ("log line", "log lines"),
    "audit": ("audit entry", "audit entries"),
    "notice": ("notice of the server", "notices of the server"),
    "connectivity": ("change of connectivity", "changes of connectivity"),
    "command": ("command", "commands"),
    "job": ("job", "jobs"),
    "config": ("change of configuration", "changes of configuration"),
}


@dataclass(frozen=True)
class Group:
    """The same thing, once or several times; `newest` is the last of it."""

    newest: Event
    oldest_at: datetime
    count: int


def summarise(
    device_id: str,
    events: Iterable[Event],
    readings: Sequence[Event],
    now: datetime,
    characters_max: int = CHARACTERS_MAX,
) -> str:
    """Counts, readings beyond a limit, the newest critical ones, what repeats, then the others.

    Each part has its newest first. What does not fit into `characters_max` is counted.
    """
    in_order = sorted(events, key=lambda one: (one.kind, one.event, one.title, one.severity))
    in_order = sorted(in_order, key=lambda one: one.timestamp, reverse=True)
    lines = [(f"Now: {one.title} ({age(one.timestamp, now)}).", 0) for one in readings]
    lines += [(_line(one, now), one.count) for one in _worth_telling(in_order)]
    return _fitted(_head(device_id, in_order, now), lines, characters_max)


def age(at: datetime, now: datetime) -> str:
    """
    >>> now = datetime(2026, 3, 2, 12)
    >>> age(datetime(2026, 3, 2, 9, 55), now), age(datetime(2026, 3, 2, 12, 0, 5), now)
    ('2 h 5 min ago', 'just now')
    """
    left = int((now - at).total_seconds())
    if left < 10:
        return "just now"
    parts: list[str] = []
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
        count, left = divmod(left, size)
        if parts or count:
            parts.append(f"{count} {unit}" if count else "")
    # Of minutes no seconds: nobody asks.
    shown = parts[:1] if parts[0].endswith("min") else parts[:2]
    return " ".join(part for part in shown if part) + " ago"


def quoted(title: str) -> str:
    """On one line, bounded, with no quotation mark that could end it early."""
    bare = " ".join("".join(c if c.isprintable() else " " for c in title).split())
    bare = bare.replace('"', "'")
    return f'"{bare if len(bare) <= QUOTED_MAX else bare[: QUOTED_MAX - 1] + "…"}"'


def grouped(events: Iterable[Event]) -> list[Group]:
    """What says the same but for its numbers, together; in the order of the newest of each."""
    groups: dict[tuple[str, str, str], Group] = {}
    for one in events:
        key = (one.kind, one.severity, _NUMBER.sub("#", one.title.casefold()))
        known = groups.get(key)
        groups[key] = (
            Group(known.newest, one.timestamp, known.count + 1)
            if known
            else Group(one, one.timestamp, 1)
        )
    return list(groups.values())


def _worth_telling(events: Sequence[Event]) -> list[Group]:
    groups = grouped(events)
    critical = [one for one in groups if one.newest.severity == "critical"][:CRITICAL_SHOWN_MAX]
    rest = [one for one in groups if one not in critical]
    repeated = [one for one in rest if one.count > 1]
    return critical + repeated + [one for one in rest if one.count == 1]


def _head(device_id: str, events: Sequence[Event], now: datetime) -> str:
    if not events:
        return f"No events of {device_id} are known."
    severities = Counter(one.severity for one in events)
    kinds = Counter(one.kind for one in events)
    said = [f"{severities[key]} {word}" for key, word in _SEVERITIES if severities[key]]
    told = [
        f"{kinds[key]} {many if kinds[key] != 1 else one}"
        for key, (one, many) in _KINDS.items()
        if kinds[key]
    ]
    number = "The last event" if len(events) == 1 else f"The last {len(events)} events"
    since = age(events[-1].timestamp, now)
    return f"{number} of {device_id}, since {since}: {', '.join(said)}; {', '.join(told)}."


def _line(group: Group, now: datetime) -> str:
    one = group.newest
    what, _ = _KINDS.get(one.kind, (one.kind, one.kind))
    value = f", value {one.value:g}" if one.value is not None else ""
    if group.count == 1:
        when = age(one.timestamp, now)
    else:
        when = f"{group.count} times, first {age(group.oldest_at, now)}, last "
        when += age(one.timestamp, now)
    return f"- {quoted(one.title)} ({what}, {one.severity}{value}): {when}."


def _fitted(head: str, lines: Sequence[tuple[str, int]], characters_max: int) -> str:
    if len(head) > characters_max:
        return head[: max(0, characters_max - 1)] + "…" if characters_max else ""
    text, left_out = head, 0
    for place, (line, count) in enumerate(lines):
        is_last = place == len(lines) - 1
        room = characters_max - (0 if is_last and not left_out else _ROOM_FOR_THE_REST)
        if left_out or len(text) + 1 + len(line) > room:
            left_out += max(1, count)
        else:
            text += "\n" + line
    rest = f"\nLeft out for length: {left_out}."
    fits = left_out and len(text) + len(rest) <= characters_max
    return text + rest if fits else text
