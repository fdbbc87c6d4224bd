"""What is written on a device's card: firmware, warranty, site, type, place."""

from homepot.ai.query.language.asking import use
from homepot.ai.query.language.sentence import Sentence
from homepot.ai.query.language.tags import Kind
from homepot.ai.query.plan import Ask, Attribute, By, Measure, OfAttribute, OfHealth, Plan

_LISTED = {
    Attribute.FIRMWARE: By.FIRMWARE, Attribute.PLACE: By.PLACE, Attribute.TYPE: By.TYPE,
    Attribute.SITE: By.SITE,
}  # fmt: skip


def attribute_of(sentence: Sentence) -> Attribute | None:
    """The attribute that is asked for, its words used up."""
    words = {word for item in sentence.items for word in item.words}
    found = sentence.free(Kind.ATTRIBUTE)
    if not found:
        return None
    attribute: Attribute = found[0].value
    for item in found:
        if item.value is attribute:
            item.used = True
    for item in sentence.items:
        if set(item.words) & {"expire", "expires", "end", "ends", "run", "out", "left", "over",
                              "up", "lapse", "remaining", "finish"}:  # fmt: skip
            item.used = True
    if attribute is Attribute.WARRANTY_UNTIL and "left" in words:
        return Attribute.WARRANTY_DAYS
    return attribute


def attributes(sentence: Sentence) -> Plan | None:
    """Which firmware does pos_1 run; where is gw_1; how old is plc_3; its health score."""
    scope, window = sentence.scope, sentence.window
    if sentence.value(Kind.HEALTH) == "score" and not sentence.has(Kind.METRIC):
        use(sentence, Kind.HEALTH, Kind.AGGREGATE, Kind.HOW_MUCH, Kind.DEVICES)
        measure: Measure = OfHealth(aspect="average" if window is not None else "score")
        return Plan(ask=Ask.VALUE, scope=scope, measure=measure, window=window)
    where = sentence.first(Kind.WHERE)
    if where is not None and scope.devices:
        where.used = True
        use(sentence, Kind.ATTRIBUTE)
        return Plan(ask=Ask.VALUE, scope=scope, measure=OfAttribute(attribute=Attribute.SITE))
    found = attribute_of(sentence) or _whose(sentence)
    if found is None:
        return None
    use(sentence, Kind.WHICH, Kind.DEVICES, Kind.DURATION, Kind.HOW_MUCH, Kind.TYPES)
    if not scope.devices and found in _LISTED:
        return Plan(ask=Ask.WHICH, of=_LISTED[found], scope=scope)
    measure = OfAttribute(attribute=found)
    if scope.devices or found in {Attribute.TIMEZONE, Attribute.OPENING_HOURS}:
        return Plan(ask=Ask.VALUE, scope=scope, measure=measure)
    return Plan(ask=Ask.EACH, scope=scope, measure=measure, by=By.DEVICE)


def _whose(sentence: Sentence) -> Attribute | None:
    """Which site is pos_1 at; what type is gw_3."""
    if not sentence.scope.devices or not sentence.has(Kind.WHICH, Kind.WHAT):
        return None
    if sentence.take(Kind.SITES) is not None:
        return Attribute.SITE
    return Attribute.TYPE if sentence.take(Kind.TYPES) is not None else None
