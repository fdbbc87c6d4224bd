"""What a message says, made by code from what is known. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol
from zoneinfo import ZoneInfo

from homepot.ai.incidents.words import amount
from homepot.core.wall_clock import WallClock, zone_name

SHOWN_SHORT_MAX = 10
# How the words of an incident end when it is over.
_IS_OVER = "All was as usual again"
_MARKS = ("simulated", "imported")
_HEADS = {
    "worse": "worse",
    "reopened": "back again",
    "escalated": "nobody has confirmed",
    "over": "over",
}


@dataclass(frozen=True)
class Told:
    """One incident, as one message tells it."""

    incident_id: str
    what: str
    state: str
    severity: str
    category: str
    site_name: str
    device_name: str | None
    title: str
    words: str
    since: datetime
    zone: ZoneInfo
    link: str
    # which past incidents it is like, and what helped them
    resembles: str = ""
    what_now: str = ""
    # when all of it was as usual again, also while that is not believed yet
    ended_at: datetime | None = None
    # what led to how it stands now, who said so, and in which words
    how: str | None = None
    by: str | None = None
    note: str | None = None
    # how bad it became, and how it is now
    course: str = ""
    # what was said of it before it began
    foreseen: str = ""

    @property
    def clock(self) -> WallClock:
        """That of its site. One text has one, so that the zone is named once in it."""
        return WallClock(self.zone)

    @property
    def where(self) -> str:
        """
        >>> zone = ZoneInfo("UTC")
        >>> at = datetime(2026, 3, 1, tzinfo=zone)
        >>> names = ("Pier", "Till (simulated)", "Till: hot", "")
        >>> Told("INC-1", "opened", "open", "info", "power", *names, at, zone, "").where
        'Till (Pier, simulated)'
        """
        if self.device_name is None:
            return self.site_name
        name, mark = _marked(self.device_name)
        return f"{name} ({', '.join([self.site_name, *mark])})"


@dataclass(frozen=True)
class Message:
    """One message, whatever the channel; the id stays the same however often it is tried."""

    id: str
    kind: Literal["alert", "digest", "test", "report"]
    title: str
    short: str
    long: str
    incidents: Sequence[dict[str, Any]] = ()

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "incidents": list(self.incidents)}


def head(one: Told) -> str:
    """One line: how bad, what has changed, where, what."""
    mark = "OVER" if one.state == "over" else one.severity.upper()
    changed = _HEADS.get(one.what, "")
    said = f" {changed}:" if changed and changed != "over" and one.state != "over" else ""
    # The title of an incident names its device, but not where that is; of a site's, the site.
    title, place = one.title, f" {one.where}:"
    if one.device_name is not None:
        title = title.removeprefix(f"{_marked(one.device_name)[0]}: ")
    elif one.site_name in title:
        place = ""
    return f"[{mark}]{said}{place} {title}"


def _marked(name: str) -> tuple[str, list[str]]:
    """A device's name, and that it is not a real one, where that is said."""
    for mark in _MARKS:
        if name.endswith(f" ({mark})"):
            return name.removesuffix(f" ({mark})"), [mark]
    return name, []


def when(one: Told, clock: WallClock) -> str:
    """From when on, and until when where it is over."""
    since = clock.dated(one.since)
    if one.state == "over" and one.ended_at is not None:
        return f"From {since} to {clock.dated(one.ended_at)}."
    return f"Since {since}."


def standing(one: Told, clock: WallClock) -> str:
    """How it came to stand as it stands; empty while it goes on and nobody said anything."""
    if one.state != "over":
        if one.ended_at is not None:
            return f"Back since {clock.dated(one.ended_at)}; it is closed when that lasts."
        return (one.note or "") if one.what == one.how == "reopened" else ""
    said = f": {one.note.rstrip('.')}" if one.note else ""
    if one.how == "resolved":
        off = "; its values are still off, if they stay so it opens again"
        return f"Resolved by {one.by}{said}{off if one.ended_at is None else ''}."
    if one.how == "normal":
        return f"Called normal by {one.by}{said}. What is off in this way opens no incident again."
    if one.ended_at is None:
        return "It is over."
    return f"It is over: all was as usual again at {clock.dated(one.ended_at)}."


def short_of(one: Told) -> str:
    clock = one.clock
    lines = [head(one), when(one, clock), *filter(None, [standing(one, clock), one.course])]
    if one.state != "over":
        lines += [said for said in (one.foreseen, one.resembles, one.what_now) if said]
    return "\n".join([*lines, one.link])


def long_of(one: Told) -> str:
    clock = one.clock
    lines = [head(one), "", f"Where: {one.where}"]
    lines.append(when(one, clock).replace(" ", ": ", 1).removesuffix("."))
    if one.words and one.words != one.title:
        lines += ["", _without_zone(one)]
    lines += ["", one.course] if one.course else []
    said = standing(one, clock)
    is_said = said.startswith("It is over") and _IS_OVER in one.words
    lines += ["", said] if said and not is_said else []
    if one.state != "over":
        lines += ["", one.foreseen] if one.foreseen else []
        lines += ["", one.resembles] if one.resembles else []
        lines += ["", f"What to do now: {one.what_now}"] if one.what_now else []
    if one.what == "escalated":
        lines += ["", "Nobody has confirmed it so far: confirm it if you take care of it."]
    return "\n".join([*lines, "", f"Open it: {one.link}"])


def _without_zone(one: Told) -> str:
    """The words stand by themselves elsewhere, and name the zone; here it has been named."""
    name = re.escape(zone_name(one.since, one.zone))
    return re.sub(rf"(\d\d:\d\d) {name}(?![\w+:-])", r"\1", one.words)


class Forecast(Protocol):
    @property
    def first_at(self) -> datetime: ...
    @property
    def label(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def limit(self) -> float: ...
    @property
    def unit(self) -> str: ...
    @property
    def crosses_at(self) -> datetime: ...


def foreseen_words(forecasts: Sequence[Forecast], zone: ZoneInfo) -> str:
    """What was said before it began; of several limits of one metric the first.

    >>> foreseen_words([], ZoneInfo("UTC"))
    ''
    """
    said: dict[str, str] = {}
    for one in forecasts:
        limit = f"its {one.severity} limit of {amount(one.limit, one.unit)}"
        words = (
            f"Foreseen on {_day(one.first_at, zone)}: {one.label} was to reach {limit} around"
            f" {_day(one.crosses_at, zone)}."
        )
        said.setdefault(one.label, words)
    return " ".join(said.values())


def _day(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local.day} {local:%b %Y}"


def message(
    message_id: str, kind: Literal["alert", "digest"], told: Sequence[Told], base: str
) -> Message:
    """One incident in full, or many under a line that counts them."""
    if len(told) == 1 and kind == "alert":
        one = told[0]
        return Message(message_id, kind, head(one), short_of(one), long_of(one), _facts(told))
    title = _count(told, kind)
    shown = told[:SHOWN_SHORT_MAX]
    short = [title, *(f"- {head(one)}\n  {one.link}" for one in shown)]
    if len(told) > len(shown):
        short.append(f"- and {len(told) - len(shown)} more")
    short.append(f"{base}/incidents")
    parts = [title, *(long_of(one) for one in told)]
    body = f"\n\n{'-' * 40}\n\n".join(parts)
    return Message(message_id, kind, title, "\n".join(short), body, _facts(told))


def _count(told: Sequence[Told], kind: str) -> str:
    living = [one for one in told if one.state != "over"]
    counts = [
        f"{number} {severity}"
        for severity in ("critical", "warning", "info")
        if (number := sum(one.severity == severity for one in living))
    ]
    if over := len(told) - len(living):
        counts.append(f"{over} over")
    noun = "incident" if len(told) == 1 else "incidents"
    sites = sorted({one.site_name for one in told})
    where = f" at {sites[0]}" if len(sites) == 1 else f" at {len(sites)} sites"
    start = "Digest: " if kind == "digest" else ""
    return f"{start}{len(told)} {noun}{where}: {', '.join(counts)}"


def _facts(told: Sequence[Told]) -> list[dict[str, Any]]:
    """For programs: webhooks and MQTT."""
    return [
        {
            "incident_id": one.incident_id,
            "what": one.what,
            "state": one.state,
            "severity": one.severity,
            "category": one.category,
            "site": one.site_name,
            "device": one.device_name,
            "title": one.title,
            "words": one.words,
            "resembles": one.resembles,
            "what_now": one.what_now,
            "since": one.since.isoformat(),
            "ended": one.ended_at.isoformat() if one.ended_at is not None else None,
            "course": one.course,
            "foreseen": one.foreseen,
            "standing": standing(one, one.clock),
            "link": one.link,
        }
        for one in told
    ]


def test_message(message_id: str, channel: str, base: str) -> Message:
    title = "HOMEPOT: a test"
    text = f"This is a test of the channel {channel}. Alerts arrive here.\n{base}"
    return Message(message_id, "test", title, f"{title}\n{text}", text)


def repeated(text: str) -> str:
    """For who cannot see by an id that it is the same message."""
    return f"{text}\n(This may have reached you before: HOMEPOT was interrupted while sending.)"
