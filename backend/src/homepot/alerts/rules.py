"""Who is told of what, and when. Pure: the moment and the site's clock are arguments."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from homepot.alerts.occurrence import SEVERITIES, Severity, Subject
from homepot.fleet.sites.schedule import in_maintenance, is_open, minutes

Digest = Literal["none", "hourly", "daily"]
Opening = Literal["always", "open", "closed"]

_STEP = timedelta(minutes=5)
_LOOKED_AHEAD = timedelta(days=8)


@dataclass(frozen=True)
class Rule:
    """Which incidents, at which hours of their site, to which channels."""

    id: int
    severity_min: Severity = "warning"
    # each empty one means: all
    categories: frozenset[str] = frozenset()
    site_ids: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    # weekly, on the site's own clock: {weekday, start, end}
    hours: Sequence[Mapping[str, Any]] = ()
    opening: Opening = "always"
    during_maintenance: bool = False
    channel_ids: Sequence[str] = ()
    escalate_after_min: int | None = None
    escalate_channel_ids: Sequence[str] = ()
    digest: Digest = "none"
    digest_at: str = "08:00"
    timezone: str = "UTC"
    tells_over: bool = True


@dataclass(frozen=True)
class Silence:
    """Nobody is told of what fits all that is given, until it ends."""

    id: int
    until: datetime
    device_id: str | None = None
    site_id: str | None = None
    tag: str | None = None
    category: str | None = None
    type: str | None = None


@dataclass(frozen=True)
class Place:
    """A site's clock and times."""

    zone: ZoneInfo
    schedule: Sequence[Mapping[str, Any]] = ()
    closed_on: Iterable[date] = ()
    maintenance: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Verdict:
    """tell now, hold until a moment, put into a digest at a moment; no: not the rule's matter."""

    kind: Literal["tell", "hold", "digest", "no"]
    at: datetime | None = None
    why: str = ""
    silence_id: int | None = None


def covers(rule: Rule, subject: Subject) -> bool:
    """Whether the rule is about such an incident at all, whatever the hour."""
    return (
        SEVERITIES.index(subject.severity) >= SEVERITIES.index(rule.severity_min)
        and (not rule.categories or subject.category in rule.categories)
        and (not rule.site_ids or subject.site_id in rule.site_ids)
        and (not rule.types or bool(rule.types & subject.types))
        and (not rule.tags or bool(rule.tags & subject.tags))
    )


def strangers(rules: Iterable[Rule], subject: Subject) -> str:
    """Why these rules are not about such an incident, each reason once.

    >>> strangers([Rule(1, "critical")], Subject("warning", "storage", "SITE-1", None))
    'one begins at critical, and this is warning'
    """
    found: dict[str, None] = {}
    for rule in rules:
        if SEVERITIES.index(subject.severity) < SEVERITIES.index(rule.severity_min):
            said = f"one begins at {rule.severity_min}, and this is {subject.severity}"
        elif rule.categories and subject.category not in rule.categories:
            said = f"one is of other categories than {subject.category}"
        elif rule.site_ids and subject.site_id not in rule.site_ids:
            said = "one is of other sites"
        else:
            said = "one is of devices of other types or tags"
        found[said] = None
    return "; ".join(found)


def silences(silence: Silence, subject: Subject, now: datetime) -> bool:
    """Whether it keeps this quiet: of a site's incident, a device, a type or a tag silences only
    all of it, since others are struck too."""
    if now >= silence.until:
        return False
    if silence.device_id is not None and not (
        subject.device_id == silence.device_id
        or (subject.device_id is None and subject.member_ids == {silence.device_id})
    ):
        return False
    return (
        (silence.site_id is None or silence.site_id == subject.site_id)
        and (silence.category is None or silence.category == subject.category)
        and (silence.tag is None or (subject.device_id is not None and silence.tag in subject.tags))
        and (silence.type is None or (bool(subject.types) and (subject.types == {silence.type})))
    )


def silenced(given: Iterable[Silence], subject: Subject, now: datetime) -> Silence | None:
    """The silence that lasts longest of those that fit."""
    found = [one for one in given if silences(one, subject, now)]
    return max(found, key=lambda one: one.until, default=None)


def quiet_because(rule: Rule, place: Place, now: datetime) -> str | None:
    """Why this is no moment for the rule; None where it is one."""
    if not rule.during_maintenance and in_maintenance(place.maintenance, place.zone, now):
        return "the site is in a maintenance window"
    if rule.hours and not in_maintenance(rule.hours, place.zone, now):
        return "it is outside the hours of the rule"
    # A site that told no hours is neither open nor closed.
    is_it = is_open(place.schedule, place.closed_on, place.zone, now)
    if rule.opening == "open" and is_it is False:
        return "the site is closed"
    if rule.opening == "closed" and is_it is True:
        return "the site is open"
    return None


def next_moment(rule: Rule, place: Place, now: datetime) -> datetime:
    """When the rule may speak next; where that is not within eight days, when to look again."""
    at = now.replace(second=0, microsecond=0) - timedelta(minutes=now.minute % 5)
    end = now + _LOOKED_AHEAD
    while at < end:
        at += _STEP
        if quiet_because(rule, place, at) is None:
            return at
    return end


def digest_at(rule: Rule, now: datetime) -> datetime:
    """When the next digest of the rule is due: the full hour, or its time of day on its clock.

    A time of day that a clock leaves out in spring is taken an hour later, as clocks do.
    """
    if rule.digest == "hourly":
        return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    zone = ZoneInfo(rule.timezone)
    local = now.astimezone(zone)
    hour, minute = divmod(minutes(rule.digest_at), 60)
    for days in range(3):
        day = local.date() + timedelta(days=days)
        naive = datetime(day.year, day.month, day.day, hour % 24, minute, tzinfo=zone)
        moment = naive.astimezone(now.tzinfo)
        if moment > now:
            return moment
    raise AssertionError("a day has a next one")


def decide(
    rule: Rule, subject: Subject, place: Place, quiet: Iterable[Silence], now: datetime
) -> Verdict:
    """What the rule makes of an incident at this moment."""
    if not covers(rule, subject):
        return Verdict("no", why="the rule is about other incidents")
    if (silence := silenced(quiet, subject, now)) is not None:
        return Verdict("hold", silence.until, "it is silenced", silence.id)
    if (why := quiet_because(rule, place, now)) is not None:
        return Verdict("hold", next_moment(rule, place, now), why)
    if rule.digest != "none":
        return Verdict("digest", digest_at(rule, now), f"it comes in the {rule.digest} digest")
    return Verdict("tell")


def escalates_at(rule: Rule, told_at: datetime) -> datetime | None:
    """When others are told if nobody has confirmed by then."""
    if rule.escalate_after_min is None or not rule.escalate_channel_ids:
        return None
    return told_at + timedelta(minutes=rule.escalate_after_min)
