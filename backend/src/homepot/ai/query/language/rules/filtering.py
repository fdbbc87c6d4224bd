"""Which devices something holds of, and whether it holds of one."""

from homepot.ai.query.language.asking import lists, mark_target, use
from homepot.ai.query.language.conditions import conditions_of
from homepot.ai.query.language.rules.answer import any_said, is_bare
from homepot.ai.query.language.sentence import Sentence
from homepot.ai.query.language.tags import Kind
from homepot.ai.query.plan import Ask, By, Plan

_SAYING = (
    Kind.COMPARE, Kind.LINK, Kind.HEALTH, Kind.ATTRIBUTE, Kind.FIRMWARE, Kind.RECORD, Kind.EVENT,
    Kind.TREND, Kind.FORECAST, Kind.SEVERITY, Kind.COMPARATIVE, Kind.NOT,
)  # fmt: skip


def filtering(sentence: Sentence) -> Plan | None:
    """Which tills have disk above 60 %; any devices offline; sensors with a low battery."""
    scope = sentence.scope
    target = lists(sentence)
    if target not in {By.DEVICE, By.SITE} or not sentence.has(*_SAYING):
        return None
    everything = any(item.word == "everything" for item in sentence.items)
    if len(scope.devices) == 1 or (everything and sentence.has(Kind.HEALTH)):
        return None
    where = tuple(conditions_of(sentence))
    if not where:
        return None
    mark_target(sentence, target)
    use(sentence, Kind.WHICH, Kind.ANY)
    return Plan(
        ask=Ask.WHICH, of=target, scope=scope, where=where, any_of=any_said(sentence, where)
    )


def holding(sentence: Sentence) -> Plan | None:
    """Is gw_1 offline; did the freezer go above 8 degrees yesterday; has pos_1 restarted?"""
    scope = sentence.scope
    opener = sentence.opener
    if opener is None and not is_bare(sentence):
        return None
    if opener is not None and opener.kind not in {Kind.BE, Kind.ANY}:
        return None
    if not sentence.has(*_SAYING):
        return None
    where = tuple(conditions_of(sentence))
    if not where:
        return None
    use(sentence, Kind.DEVICES)
    return Plan(ask=Ask.HOLDS, scope=scope, where=where, any_of=any_said(sentence, where))
