"""Incidents, anomalies, events and alerts: which of them are meant."""

from homepot.ai.query.language.sentence import Sentence, UnansweredError
from homepot.ai.query.language.tags import Item, Kind
from homepot.ai.query.language.words.reading import bag
from homepot.ai.query.language.words.records import CATEGORIES
from homepot.ai.query.plan import (
    NoAnswer,
    OfRecords,
    Record,
    RecordAggregate,
    RecordSource,
    RecordState,
)


def recast_categories(sentence: Sentence) -> None:
    """Connectivity incidents: a word right before (or "of category", "related") names the kind."""
    known = {*sentence.lexicon.vocabulary.categories, *CATEGORIES.values()}
    for record in sentence.free(Kind.RECORD):
        place = sentence.place(record) - 1
        while place >= 0:
            item = sentence.items[place]
            if _is_aside(item):
                place -= 1
                continue
            if not _as_category(item, known):
                break
            place -= 1
    for item in sentence.items:
        earlier = sentence.before(item)
        beside = item.word == "with" and earlier is not None and earlier.kind is Kind.RECORD
        if beside and sentence.has(Kind.COMPARE, Kind.COMPARATIVE):
            continue
        if beside or item.word in {
            "category",
            "about",
            "due to",
            "caused by",
            "related to",
            "involving",
        }:
            following = sentence.after(item, (Kind.FILLER, Kind.PREPOSITION, Kind.BE))
            if following is not None and sentence.has(Kind.RECORD):
                _as_category(following, known)


def named_categories(sentence: Sentence) -> None:
    """Incidents of type storage, that had to do with hardware, because of power: what no metric can
    be asked of in such a question is the kind of trouble."""
    looked = (Kind.COMPARE, Kind.COMPARATIVE, Kind.TREND, Kind.CHANGE, Kind.SUPERLATIVE)
    if not any(one.value is Record.INCIDENT for one in sentence.all(Kind.RECORD)):
        return
    if sentence.has(*looked, Kind.CATEGORY):
        return
    known = {*sentence.lexicon.vocabulary.categories, *CATEGORIES.values()}
    for item in sentence.all(Kind.METRIC, Kind.DEVICES, Kind.UNKNOWN):
        before = sentence.before(item, (Kind.FILLER, Kind.TYPES, Kind.BE))
        linked = before is not None and (before.kind in {Kind.PREPOSITION, Kind.RELATIVE,
                                                         Kind.ATTRIBUTE})  # fmt: skip
        if linked and _as_category(item, known):
            for one in sentence.items:
                naming = one.kind is Kind.ATTRIBUTE and one.words[-1] in {"to", "of"}
                if naming or one.kind is Kind.TYPES:
                    one.kind = Kind.FILLER


_NAMING = frozenset({"category", "about", "due to", "caused by", "related to", "involving"})
_JOINING = bag("related type kind of and or level class based caused")


def _is_aside(item: Item) -> bool:
    return item.kind in {Kind.AND, Kind.OR, Kind.COMMA, Kind.STATE, Kind.SEVERITY} or (
        item.word in _JOINING
    )


def _as_category(item: Item, known: set[str]) -> bool:
    if item.used or item.kind in {Kind.DEVICE, Kind.SITE, Kind.PLACE, Kind.FILLER, Kind.BE}:
        return False
    word = item.words[-1] if item.words[-1] != "related" else item.words[0]
    whole = item.word.replace(" ", "_")
    category = whole if whole in known else word if word in known else CATEGORIES.get(word)
    if category is None or category not in known:
        return False
    plural = item.kind is Kind.TYPE and item.words[-1].endswith("s")
    if plural:
        return False
    item.kind, item.value = Kind.CATEGORY, category
    return True


def records_of(sentence: Sentence, aggregate: RecordAggregate) -> OfRecords:
    """The records that the question means; their items are used up."""
    item = sentence.first(Kind.RECORD)
    event = sentence.first(Kind.EVENT)
    kinds: tuple[str, ...] = ()
    record = item.value if item is not None else Record.INCIDENT
    if event is not None and (item is None or item.value is Record.EVENT):
        event.used = True
        record, kinds = Record.EVENT, tuple(event.value)
        if not kinds:
            raise UnansweredError(
                NoAnswer.UNKNOWN_THING, event.text, sentence.lexicon.vocabulary.event_kinds
            )
    if item is not None:
        item.used = True
    categories = _taken(sentence, Kind.CATEGORY)
    severities = _taken(sentence, Kind.SEVERITY) if record is not Record.EVENT else ()
    effect = sentence.take(Kind.EFFECT) if record is Record.INCIDENT else None
    state = _state(sentence) if record in {Record.INCIDENT, Record.ANOMALY} else RecordState.ANY
    for one in sentence.free(Kind.RECORD):
        one.used = True
    return OfRecords(
        record=record, aggregate=aggregate, categories=categories, severities=severities,
        event_kinds=kinds, state=state, source=_source(sentence, record),
        effective=None if effect is None else bool(effect.value),
    )  # fmt: skip


def _taken(sentence: Sentence, kind: Kind) -> tuple[str, ...]:
    found = sentence.free(kind)
    for one in found:
        one.used = True
    return tuple(dict.fromkeys(one.value for one in found))


def _state(sentence: Sentence) -> RecordState:
    item = sentence.take(Kind.STATE)
    if item is not None:
        return RecordState(item.value)
    resolved = sentence.first(Kind.RESOLVE)
    if resolved is None:
        return RecordState.ANY
    place = sentence.place(resolved)
    denied = [one for one in sentence.items[max(0, place - 4) : place] if one.kind is Kind.NOT]
    resolved.used = True
    for one in denied:
        one.used = True
    return RecordState.OPEN if denied else RecordState.RESOLVED


def _source(sentence: Sentence, record: Record) -> RecordSource:
    item = sentence.take(Kind.SOURCE)
    if record is not Record.INCIDENT or item is None or item.value is None:
        return RecordSource.ANY
    return RecordSource(item.value)
