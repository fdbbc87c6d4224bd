"""How many devices, sites, types."""

from homepot.ai.query.language.asking import mark_target, noun_after, target_of, use
from homepot.ai.query.language.conditions import conditions_of
from homepot.ai.query.language.records import records_of
from homepot.ai.query.language.rules.answer import any_said, grouped
from homepot.ai.query.language.sentence import Sentence
from homepot.ai.query.language.tags import Item, Kind
from homepot.ai.query.language.thresholds import thresholds_of
from homepot.ai.query.plan import Aggregate, Ask, By, Compare, Plan, RecordAggregate, Scope

_SAYING = (Kind.LINK, Kind.HEALTH, Kind.RELATIVE, Kind.FIRMWARE, Kind.SEVERITY, Kind.ATTRIBUTE)


def counting(sentence: Sentence) -> Plan | None:
    """How many POS terminals are at the café; number of sites; how many are offline."""
    scope = sentence.scope
    opener = sentence.first(Kind.HOW_MANY) or _total(sentence) or _by_group(sentence)
    if opener is None:
        return None
    split = opener.kind in {Kind.SHOW, Kind.BY}
    target = By.DEVICE if split else target_of(sentence, opener)
    if target is None and sentence.has(Kind.RECORD, Kind.EVENT) and not _had(sentence, opener):
        return None
    if target is None:
        noun = noun_after(sentence, opener)
        if noun is not None and noun.kind in {Kind.METRIC, Kind.RECORD, Kind.EVENT}:
            if not _compares(sentence) or noun.kind is not Kind.METRIC:
                return None
        elif noun is None and not sentence.has(*_SAYING) and scope == Scope():
            return None
        target = By.DEVICE
    by = grouped(sentence)
    where = tuple(conditions_of(sentence))
    mark_target(sentence, target)
    use(sentence, Kind.HOW_MANY, Kind.AGGREGATE)
    if opener.kind is Kind.SHOW:
        opener.used = True
    return Plan(
        ask=Ask.COUNT, of=target, scope=scope, where=where, any_of=any_said(sentence, where), by=by
    )


def _by_group(sentence: Sentence) -> Item | None:
    """Devices per site."""
    said = [item for item in sentence.meaningful() if item.kind is not Kind.COMMA]
    plain = {
        Kind.DEVICES,
        Kind.TYPE,
        Kind.SITES,
        Kind.TYPES,
        Kind.BY,
        Kind.SITE,
        Kind.PLACE,
        Kind.TAG,
    }
    devices = next(iter(sentence.all(Kind.DEVICES, Kind.TYPE)), None)
    by = sentence.first(Kind.BY)
    if sentence.opener is not None or devices is None or by is None:
        return None
    attribute = {one.kind for one in said} - plain <= {Kind.ATTRIBUTE}
    after = sentence.place(by) > sentence.place(devices)
    return by if attribute and after else None


def _compares(sentence: Sentence) -> bool:
    return sentence.has(Kind.COMPARE) and (sentence.has(Kind.QUANTITY) or sentence.has(Kind.NUMBER))


def _had(sentence: Sentence, opener: Item) -> bool:
    """How many had incidents: devices, although they are not named."""
    following = sentence.after(opener)
    return following is not None and following.kind is Kind.BE


def enough(sentence: Sentence) -> Plan | None:
    """Are there at least ten sensors; do we have more than three servers; five or more tills."""
    opener = sentence.opener
    if opener is not None and opener.kind not in {Kind.BE, Kind.ANY}:
        return None
    if sentence.has(Kind.METRIC, Kind.LINK, Kind.ATTRIBUTE, Kind.THAN, Kind.QUANTITY, Kind.BY):
        return None
    nouns = sentence.all(Kind.TYPE, Kind.DEVICES, Kind.RECORD)
    said = [one for one in thresholds_of(sentence) if not one.amount.unit and one.high is None]
    if len(said) != 1 or not nouns or said[0].compare not in _COUNTED:
        return None
    following = [one for one in sentence.items[said[0].end :] if one.kind is not Kind.FILLER]
    if not following or following[0].kind not in _COUNTING:
        return None
    measure = records_of(sentence, RecordAggregate.COUNT) if sentence.has(Kind.RECORD) else None
    if measure is None and sentence.window is not None:
        return None
    use(sentence, Kind.DEVICES, Kind.AGGREGATE, Kind.OR)
    return Plan(
        ask=Ask.COMPARE, scope=sentence.scope, measure=measure, window=sentence.window,
        compare=said[0].compare, value=said[0].amount.value,
    )  # fmt: skip


_COUNTED = frozenset({Compare.ABOVE, Compare.AT_LEAST, Compare.BELOW, Compare.AT_MOST, Compare.IS})
_COUNTING = frozenset({
    Kind.TYPE, Kind.DEVICES, Kind.RECORD, Kind.SEVERITY, Kind.STATE, Kind.CATEGORY, Kind.SITE,
    Kind.TAG, Kind.NAME_WORD, Kind.PLACE,
})  # fmt: skip
_LEADING = frozenset({Kind.WHAT, Kind.BE, Kind.SITE, Kind.PLACE})  # at the depot, what's the total
_TOTALLED = frozenset({
    Kind.TYPE, Kind.DEVICES, Kind.SITES, Kind.SITE, Kind.PLACE, Kind.TAG, Kind.NAME_WORD,
})  # fmt: skip


def _total(sentence: Sentence) -> Item | None:
    """Total devices: a count, where nothing else is asked."""
    said = [item for item in sentence.meaningful() if item.kind is not Kind.COMMA]
    apart = sentence.first(Kind.SHOW)
    if apart is not None and apart.words[0] in {"break", "breakdown", "split"}:
        return apart if sentence.has(Kind.BY) and sentence.all(Kind.TYPE, Kind.DEVICES) else None
    while said and said[0].kind in _LEADING and len(said) > 1:
        said = said[1:]
    first = said[0] if said else None
    last = said[-1] if said else None
    if last is not None and last.value is Aggregate.SUM and sentence.opener is None:
        first = last if all(one.kind in _TOTALLED for one in said[:-1]) else None
        plain = first is not None and not sentence.has(Kind.METRIC, Kind.RECORD)
        return first if plain and sentence.all(Kind.DEVICES, Kind.TYPE, Kind.SITES) else None
    if first is None or first.value is not Aggregate.SUM or sentence.has(Kind.METRIC, Kind.RECORD):
        return None
    following = sentence.after(first)
    nouns = {Kind.DEVICES, Kind.TYPE, Kind.SITES}
    return first if following is not None and following.kind in nouns else None
