"""What a message says, made by code from what is known. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

SHOWN_SHORT_MAX = 10
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
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


def moment(at: datetime, zone: ZoneInfo) -> str:
    """A moment on the site's own clock.

    >>> from datetime import UTC
    >>> moment(datetime(2026, 7, 4, 12, 5, tzinfo=UTC), ZoneInfo("Europe/Lisbon"))
    'Sat 4 Jul 2026, 13:05 (Europe/Lisbon)'
    """
    local = at.astimezone(zone)
    day = f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}"
    return f"{day}, {local:%H:%M} ({zone.key})"


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


def when(one: Told) -> str:
    """From when on, and until when where it is over."""
    since = moment(one.since, one.zone)
    if one.state == "over" and one.ended_at is not None:
        return f"From {since} to {moment(one.ended_at, one.zone)}."
    return f"Since {since}."


def standing(one: Told) -> str:
    """How it came to stand as it stands; empty while it goes on and nobody said anything."""
    at = moment(one.ended_at, one.zone) if one.ended_at is not None else None
    if one.state != "over":
        if at is not None:
            return f"Back since {at}; it is closed when that lasts."
        return (one.note or "") if one.what == one.how == "reopened" else ""
    said = f": {one.note.rstrip('.')}" if one.note else ""
    if one.how == "resolved":
        off = "" if at else "; its values are still off, if they stay so it opens again"
        return f"Resolved by {one.by}{said}{off}."
    if one.how == "normal":
        return f"Called normal by {one.by}{said}. What is off in this way opens no incident again."
    return f"It is over: all was as usual again at {at}." if at else "It is over."


def short_of(one: Told) -> str:
    lines = [head(one), when(one), *filter(None, [standing(one)])]
    if one.state != "over":
        lines += [said for said in (one.resembles, one.what_now) if said]
    return "\n".join([*lines, one.link])


def long_of(one: Told) -> str:
    lines = [head(one), "", f"Where: {one.where}"]
    lines.append(when(one).replace(" ", ": ", 1).removesuffix("."))
    if one.words and one.words != one.title:
        lines += ["", one.words]
    lines += ["", said] if (said := standing(one)) else []
    if one.state != "over":
        lines += ["", one.resembles] if one.resembles else []
        lines += ["", f"What to do now: {one.what_now}"] if one.what_now else []
    if one.what == "escalated":
        lines += ["", "Nobody has confirmed it so far: confirm it if you take care of it."]
    return "\n".join([*lines, "", f"Open it: {one.link}"])


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
            "standing": standing(one),
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
