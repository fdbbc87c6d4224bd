"""What is written on their cards: warranty, firmware, when they were installed."""

from homepot.ai.query.language.conditions.common import is_negated
from homepot.ai.query.language.sentence import Sentence
from homepot.ai.query.language.tags import Kind
from homepot.ai.query.plan import Attribute, Compare, Condition, OfAttribute

_ENDS = ("expir", "end", "laps", "run", "finish", "leave", "los", "fall", "drop")


def warranty(sentence: Sentence) -> list[Condition]:
    """Out of warranty, warranty ends within 60 days, still under warranty."""
    window = sentence.window
    item = next((one for one in sentence.free(Kind.ATTRIBUTE)
                 if one.value is Attribute.WARRANTY_UNTIL), None)  # fmt: skip
    if item is None:
        return []
    negated = False
    for one in sentence.free(Kind.ATTRIBUTE):
        if one.value is Attribute.WARRANTY_UNTIL:
            one.used = True
            negated = is_negated(sentence, one) or negated
    words = {word for one in sentence.items for word in one.words}
    away = item.word.startswith("out of") or bool(words & {"expired", "lapsed"})
    ends = any(word.startswith(_ENDS) for word in words)
    happened = sentence.has(Kind.RECORD, Kind.EVENT, Kind.METRIC) and (away or not ends)
    if window is not None and not happened:
        return [
            Condition(
                measure=OfAttribute(attribute=Attribute.WARRANTY_UNTIL),
                compare=Compare.WITHIN,
                within=window,
            )
        ]
    over = bool(words & {"out", "expired", "over", "lapsed", "lost", "ended", "past", "run", "ran"})
    for one in sentence.items:
        if set(one.words) & {"expired", "lapsed", "over", "without", "ended", "past", "no", "left"}:
            one.used = True
    if sentence.value(Kind.LINK) == "offline":  # run out
        over = True
    away = over != negated
    compare = Compare.BELOW if away else Compare.AT_LEAST
    return [
        Condition(
            measure=OfAttribute(attribute=Attribute.WARRANTY_DAYS), compare=compare, value=0.0
        )
    ]


_BESIDE = (Kind.FILLER, Kind.PREPOSITION, Kind.ATTRIBUTE, Kind.BE, Kind.RELATIVE)


def firmware(sentence: Sentence) -> list[Condition]:
    """Running firmware 2.3.9, not on 2.4.1."""
    found = sentence.free(Kind.FIRMWARE)
    conditions = []
    for item in found:
        item.used = True
        negated = is_negated(sentence, item)
        before = sentence.before(item, _BESIDE)
        if before is not None and before.kind is Kind.EXCEPT:
            before.used, negated = True, True
        if before is not None and before.value is Compare.IS_NOT:
            before.used, negated = True, True
        conditions.append(
            Condition(
                measure=OfAttribute(attribute=Attribute.FIRMWARE),
                compare=Compare.IS_NOT if negated else Compare.IS,
                value=item.value,
            )
        )
    for item in sentence.free(Kind.ATTRIBUTE):
        if found and item.value in {Attribute.FIRMWARE, Attribute.INSTALLED_ON}:
            item.used = True
    return conditions


def installed(sentence: Sentence) -> list[Condition]:
    """Installed in 2025, added since Monday."""
    window = sentence.window
    dated = {Attribute.INSTALLED_ON, Attribute.ENROLLED_AT}
    item = next((one for one in sentence.free(Kind.ATTRIBUTE) if one.value in dated), None)
    if item is None:
        return []
    item.used = True
    if window is None:  # "are installed at the depot": only that they are there
        return []
    return [
        Condition(measure=OfAttribute(attribute=item.value), compare=Compare.WITHIN, within=window)
    ]
