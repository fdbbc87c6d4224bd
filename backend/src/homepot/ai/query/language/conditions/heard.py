"""How they are heard from: offline, have not reported in the last hour, were offline yesterday."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from homepot.ai.query.language.conditions.common import is_negated
from homepot.ai.query.language.sentence import Sentence
from homepot.ai.query.language.tags import Item, Kind
from homepot.ai.query.plan import (
    Compare,
    Condition,
    Link,
    OfLink,
)
from homepot.ai.query.when import Calendar, Dates, Rolling, Unit, Window


def links(sentence: Sentence) -> list[Condition]:
    """Offline, not online, have not reported in the last hour, were offline yesterday."""
    window = sentence.window
    found = []
    for item in sentence.free(Kind.LINK):
        if item.value in {"offline", "online", "silent", "report"} and not item.used:
            item.used = True
            negated = is_negated(sentence, item)
            found.append(_heard(sentence, item, negated, window))
    return found[:1]


def _heard(sentence: Sentence, item: Item, negated: bool, window: Window | None) -> Condition:
    lasting = _lasting(sentence, item)
    away = (item.value in {"offline", "silent"}) != negated
    if item.value in {"report", "online"}:
        away = negated
    never = any(one.word == "never" for one in sentence.items)
    if item.value == "report" and never and window is None:
        return Condition(measure=OfLink(aspect=Link.LAST_HEARD), compare=Compare.UNKNOWN)
    if lasting is not None:
        compare = Compare.AT_LEAST if away else Compare.BELOW
        return Condition(measure=OfLink(aspect=Link.SECONDS_SILENT), compare=compare, value=lasting)
    if window is None:
        aspect = Link.IS_OFFLINE if away else Link.IS_ONLINE
        return Condition(measure=OfLink(aspect=aspect), compare=Compare.IS, value=True)
    return _in_window(sentence, item, away, window)


def _lasting(sentence: Sentence, item: Item) -> float | None:
    """Offline for 2 hours: an amount without a word of comparison."""
    for one in sentence.items[sentence.place(item) + 1 :][:4]:
        if one.kind is Kind.QUANTITY and one.value.unit == "s" and not one.used:
            one.used = True
            return float(one.value.value)
    return None


def _in_window(sentence: Sentence, item: Item, away: bool, window: Window) -> Condition:
    reports = item.value in {"report", "silent"}
    if isinstance(window, Rolling) and window.before_s == 0 and window.hours is None and reports:
        return Condition(
            measure=OfLink(aspect=Link.SECONDS_SILENT),
            compare=Compare.ABOVE if away else Compare.AT_MOST,
            value=float(window.length_s),
        )
    since = _since(sentence, window)
    if since is not None and (reports or away):
        return Condition(
            measure=OfLink(aspect=Link.SECONDS_SILENT),
            compare=Compare.ABOVE if away else Compare.AT_MOST,
            value=since,
        )
    if reports:
        return Condition(
            measure=OfLink(aspect=Link.UPTIME_PERCENT), window=window,
            compare=Compare.IS if away else Compare.ABOVE, value=0.0,
        )  # fmt: skip
    return Condition(
        measure=OfLink(aspect=Link.SECONDS_OFFLINE), window=window,
        compare=Compare.ABOVE if away else Compare.IS, value=0.0,
    )  # fmt: skip


def _since(sentence: Sentence, window: Window) -> float | None:
    """The seconds since a window began that goes up to now."""
    zone = ZoneInfo(sentence.lexicon.zone)
    if isinstance(window, Dates) and window.first and window.last is None:
        start = datetime.combine(window.first, window.first_time or time.min, zone)
    elif isinstance(window, Calendar) and window.unit is Unit.DAY and window.offset == 0:
        start = datetime.combine(sentence.today, time.min, zone)
    else:
        return None
    return max(0.0, (sentence.now.replace(tzinfo=zone) - start).total_seconds())
