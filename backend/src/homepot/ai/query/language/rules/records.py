"""Incidents, events, alerts: how many, the last one, a list, and how it was resolved."""

from homepot.ai.query.language.asking import use
from homepot.ai.query.language.records import records_of
from homepot.ai.query.language.rules.answer import grouped, is_bare, limit_said
from homepot.ai.query.language.sentence import Sentence, UnansweredError
from homepot.ai.query.language.tags import Kind
from homepot.ai.query.plan import (
    Aggregate,
    Ask,
    By,
    NoAnswer,
    OfRecords,
    Order,
    Plan,
    Record,
    RecordAggregate,
    RecordState,
    Scope,
)
from homepot.ai.query.when import Window

_SPLITTING = frozenset({"break", "breakdown", "split"})
_HOW = (Kind.HOW, Kind.WHAT, Kind.SHOW, Kind.WHICH, Kind.WHO)
_LAST = {Aggregate.NEWEST, Aggregate.FIRST}


def resolution(sentence: Sentence) -> Plan | None:
    """How was the last incident on sensor_1 resolved; what fixed gw_2?"""
    scope, window = sentence.scope, sentence.window
    word = sentence.first(Kind.RESOLVE)
    opener = sentence.opener
    if word is None or (opener is not None and opener.kind not in {*_HOW, Kind.BE}):
        return None
    if opener is not None and opener.kind is Kind.BE and not _told(sentence):
        return None
    if opener is not None and opener.kind in {Kind.SHOW, Kind.WHICH} and not _names_how(sentence):
        return None
    use(sentence, Kind.RESOLVE)
    first = any(one.value is Aggregate.FIRST for one in sentence.free(Kind.AGGREGATE))
    aggregate = RecordAggregate.FIRST if first else RecordAggregate.NEWEST
    measure = records_of(sentence, aggregate)
    measure = measure.model_copy(update={"state": RecordState.ANY})
    use(sentence, Kind.AGGREGATE, Kind.DEVICES, Kind.TIMES, Kind.HEALTH, Kind.LINK)
    return Plan(ask=Ask.RECORD, scope=scope, measure=measure, window=window)


def _told(sentence: Sentence) -> bool:
    """Can you tell me how it was fixed."""
    return sentence.has(Kind.HOW, Kind.WHAT)


def _names_how(sentence: Sentence) -> bool:
    words = {word for item in sentence.items for word in item.words}
    return sentence.has(Kind.HOW, Kind.WHAT) or bool(
        words & {"resolution", "fix", "solution", "remedy", "cure", "how"}
    )


def listing_records(sentence: Sentence) -> Plan | None:
    """How many incidents; the last incident; open incidents; were there any alerts?"""
    scope, window = sentence.scope, sentence.window
    item = sentence.first(Kind.RECORD, Kind.EVENT)
    if item is None:
        return None
    opener = sentence.opener
    if opener is None and is_bare(sentence):
        return None
    if (opener is not None and opener.kind is Kind.HOW_MANY) or sentence.has(Kind.HOW_MANY):
        return _count(sentence, scope, window)
    last = next((one for one in sentence.free(Kind.AGGREGATE) if one.value in _LAST), None)
    total = any(one.value is Aggregate.SUM for one in sentence.free(Kind.AGGREGATE))
    shown = opener is None or (opener.kind is Kind.SHOW and opener.words[0] in _SPLITTING)
    if (total or sentence.has(Kind.BY)) and last is None and shown:
        return _count(sentence, scope, window)
    yes_no = opener is not None and opener.kind is Kind.BE and not sentence.has(Kind.ANY)
    if yes_no and last is None and item.kind is Kind.EVENT:
        return None
    limit = limit_said(sentence)
    plural = item.words[-1].endswith("s")
    if last is not None and limit is None and not plural:
        last.used = True
        aggregate = (
            RecordAggregate.FIRST if last.value is Aggregate.FIRST else RecordAggregate.NEWEST
        )
        measure = records_of(sentence, aggregate)
        return Plan(ask=Ask.RECORD, scope=scope, measure=measure, window=window)
    use(sentence, Kind.AGGREGATE, Kind.ANY, Kind.DEVICES, Kind.HEALTH)
    measure = records_of(sentence, RecordAggregate.EACH)
    order = Order.MOST if last is not None else None
    return Plan(
        ask=Ask.RECORDS, scope=scope, measure=measure, window=window, limit=limit, order=order
    )


def _count(sentence: Sentence, scope: Scope, window: Window | None) -> Plan:
    if any(one.value is Aggregate.AVERAGE for one in sentence.free(Kind.AGGREGATE)):
        raise UnansweredError(NoAnswer.NOT_UNDERSTOOD, "average")
    by = grouped(sentence)
    measure: OfRecords = records_of(sentence, RecordAggregate.COUNT)
    use(sentence, Kind.HOW_MANY, Kind.AGGREGATE, Kind.DEVICES, Kind.SHOW)
    if by is None and window is None and measure.record is Record.INCIDENT:
        sentence.note("no time was named: all of them")
    ask = Ask.VALUE if by is None else Ask.EACH
    if by is By.TYPE and not sentence.has(Kind.TYPES):
        by = By.TYPE
    return Plan(ask=ask, scope=scope, measure=measure, window=window, by=by)
