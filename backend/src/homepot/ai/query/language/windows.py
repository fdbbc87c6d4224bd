"""The time of a question, put together from all that was said of it."""

from dataclasses import replace
from datetime import timedelta

from homepot.ai.query.language.sentence import Sentence, UnansweredError
from homepot.ai.query.language.tags import Item, Kind
from homepot.ai.query.language.times.reading import combined
from homepot.ai.query.language.times.said import Said
from homepot.ai.query.language.times.zones import by_clock
from homepot.ai.query.plan import NoAnswer
from homepot.ai.query.when import Calendar, Coming, Dates, Moments, Rolling, Unit, Window


def window_of(sentence: Sentence, items: list[Item] | None = None) -> Said | None:
    """The one time that is meant; what was said of it in two places belongs together."""
    found = [one for one in items or sentence.items if one.kind is Kind.WINDOW and not one.used]
    if not found:
        return None
    said: Said | None = None
    for item in found:
        one: Said = item.value
        if one.wrong:
            raise UnansweredError(NoAnswer.IMPOSSIBLE_TIME, item.text)
        both = _joined(said, one)
        if both is None:
            break  # a second time: of another part of the question
        said = both
        item.used = True
    if said is None:
        return None
    if said.window is None:
        said = _today(sentence, said)
    sentence.note(said.note)
    if sentence.zone is not None and said.window is not None:
        window = by_clock(said.window, sentence.zone, sentence.as_of)
        if window is None:  # the hours of several days
            raise UnansweredError(NoAnswer.NOT_UNDERSTOOD, sentence.zone.key)
        said = replace(said, window=window)
    return said


def _joined(first: Said | None, second: Said) -> Said | None:
    if first is None or first.window == Dates():
        return second
    if second.window == Dates():
        return first
    if first.window is not None and second.window is None:
        return combined(first, second)
    if first.window is None and second.window is not None:
        return combined(second, first)
    if first.window == second.window:
        return first
    if first.window is not None and second.window is not None:
        return _nested(first, second)
    return None


def _nested(first: Said, second: Said) -> Said | None:
    """Since Monday until yesterday: two open ends are one window."""
    one, two = first.window, second.window
    if isinstance(one, Dates) and isinstance(two, Dates):
        if one.last is None and two.first is None and one.first and two.last:
            both = Dates(
                first=one.first, first_time=one.first_time, last=two.last, last_time=two.last_time
            )
            return Said(0, both)
        if one.first is None and two.last is None and two.first and one.last:
            return _nested(second, first)
    return None


def _today(sentence: Sentence, said: Said) -> Said:
    """Only hours, or a moment: of today, or if they are yet to come, of yesterday."""
    start = said.moment or (said.hours.start if said.hours else None)
    local = sentence.now.time()
    back = start is not None and start >= local
    day = sentence.today - timedelta(days=int(back))
    sentence.note("no day was named: " + ("yesterday" if back else "today"))
    whole = Said(0, Calendar(unit=Unit.DAY, offset=-int(back)), single=day)
    return combined(whole, said)


def is_ahead(window: Window | None, sentence: Sentence) -> bool:
    """Whether it lies wholly after the moment of asking."""
    if isinstance(window, Coming):
        return True
    if isinstance(window, Calendar):
        return window.offset > 0 and window.offset - window.count + 1 > 0
    if isinstance(window, Dates):
        return window.first is not None and window.first > sentence.today
    if isinstance(window, Moments):
        return window.start > sentence.as_of
    return False


def days_of(window: Window) -> float | None:
    """About how long it is."""
    if isinstance(window, Rolling):
        return window.length_s / 86_400
    return None
