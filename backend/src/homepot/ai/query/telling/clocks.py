"""By whose clock the times of an answer are said. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from homepot.ai.query.answering.fleet import Fleet, chosen
from homepot.ai.query.answering.result import Answer, NoResult
from homepot.ai.query.answering.windows import whole
from homepot.ai.query.plan import Plan
from homepot.ai.query.telling.phrases import between, listed
from homepot.ai.query.when import Calendar, Dates

ZONES_TOLD_MAX = 4
_BY_EACH = "by_each_clock"
_CLOCK_TIME = re.compile(r"\b\d{1,2}:\d{2}\b")


def zones_of(plan: Plan, fleet: Fleet) -> dict[str, list[str]]:
    """The names of the sites that it is about, by time zone."""
    sites = {one.site.id: one.site for one in chosen(plan.scope, fleet.devices)}
    found: dict[str, list[str]] = {}
    for site in sorted(sites.values(), key=lambda one: one.name):
        found.setdefault(site.timezone, []).append(site.name)
    return found


def by_each_clock(answer: Answer, plan: Plan, zones: Mapping[str, Sequence[str]]) -> Answer:
    """Marked where a calendar's words mean other moments at other sites: then the first and the
    last of them all are no window that anybody asked for."""
    if len(zones) < 2 or not isinstance(plan.window, Calendar | Dates):
        return answer
    return replace(answer, details={**answer.details, _BY_EACH: True})


def is_by_each_clock(answer: Answer) -> bool:
    return bool(answer.details.get(_BY_EACH))


def clocks(
    said: Sequence[str],
    answer: Answer,
    plan: Plan,
    zones: Mapping[str, Sequence[str]],
    as_of: datetime,
    asker: str | None,
) -> list[str]:
    """The sentence that says so; none where nobody could take it otherwise."""
    if is_by_each_clock(answer):
        return _ranges(plan, zones, as_of)
    if not any(_CLOCK_TIME.search(one) for one in said):
        return []
    is_same = asker is not None and _offset(asker, as_of) == _offset(answer.zone, as_of)
    if len(zones) > 1:
        return [f"Times are those of {answer.zone}; its sites are in {len(zones)} time zones."]
    return [] if is_same or asker is None else [f"Times are those of {answer.zone}."]


def _ranges(plan: Plan, zones: Mapping[str, Sequence[str]], as_of: datetime) -> list[str]:
    told = []
    assert plan.window is not None
    for zone, sites in zones.items():
        try:
            span = whole(plan.window, ZoneInfo(zone), as_of)
        except NoResult:
            continue
        said = between(span.start, min(span.end, as_of), ZoneInfo(zone))
        told.append(f"{listed(sites)} ({zone}) {said}")
    more = len(told) - ZONES_TOLD_MAX
    tail = f"; and {more} more time zones" if more > 0 else ""
    return [f"By each site's own clock: {'; '.join(told[:ZONES_TOLD_MAX])}{tail}."]


def _offset(zone: str, at: datetime) -> timedelta | None:
    return at.astimezone(ZoneInfo(zone)).utcoffset()
