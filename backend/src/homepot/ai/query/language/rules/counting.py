"""How many devices, sites, types."""

from homepot.ai.query.language.asking import mark_target, noun_after, target_of, use
from homepot.ai.query.language.conditions import conditions_of
from homepot.ai.query.language.rules.answer import any_said, grouped
from homepot.ai.query.language.sentence import Sentence
from homepot.ai.query.language.tags import Kind
from homepot.ai.query.plan import Ask, By, Plan, Scope

_SAYING = (Kind.LINK, Kind.HEALTH, Kind.RELATIVE, Kind.FIRMWARE, Kind.SEVERITY, Kind.ATTRIBUTE)


def counting(sentence: Sentence) -> Plan | None:
    """How many POS terminals are at the café; number of sites; how many are offline."""
    scope = sentence.scope
    opener = sentence.first(Kind.HOW_MANY)
    if opener is None:
        return None
    target = target_of(sentence, opener)
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
    return Plan(
        ask=Ask.COUNT, of=target, scope=scope, where=where, any_of=any_said(sentence, where), by=by
    )


def _compares(sentence: Sentence) -> bool:
    return sentence.has(Kind.COMPARE) and (sentence.has(Kind.QUANTITY) or sentence.has(Kind.NUMBER))
