"""How things are, what explains them, and plain lists of what there is."""

from homepot.ai.query.language.asking import lists, mark_target, use
from homepot.ai.query.language.records import records_of
from homepot.ai.query.language.sentence import Sentence, UnansweredError
from homepot.ai.query.language.tags import Item, Kind
from homepot.ai.query.language.words.reading import bag
from homepot.ai.query.plan import Aggregate, Ask, By, NoAnswer, Plan, RecordAggregate, Scope


def why(sentence: Sentence) -> Plan | None:
    """Why is gw_1 offline; what is wrong with the freezer?"""
    scope, window = sentence.scope, sentence.window
    item = sentence.first(Kind.WHY)
    if item is None:
        return None
    if scope == Scope() and not sentence.has(Kind.DEVICES, Kind.RECORD, Kind.METRIC, Kind.LINK):
        return None
    last = any(one.value is Aggregate.NEWEST for one in sentence.free(Kind.AGGREGATE))
    if sentence.first(Kind.RECORD) is not None:
        measure = records_of(sentence, RecordAggregate.NEWEST)
        if last:
            use(sentence, Kind.WHY, Kind.AGGREGATE, Kind.DEVICES)
            return Plan(ask=Ask.RECORD, scope=scope, measure=measure, window=window)
    use(
        sentence, Kind.WHY, Kind.LINK, Kind.HEALTH, Kind.METRIC, Kind.TREND, Kind.COMPARATIVE,
        Kind.SUPERLATIVE, Kind.SEVERITY, Kind.NOT, Kind.DEVICES, Kind.AGGREGATE, Kind.EVENT,
    )  # fmt: skip
    return Plan(ask=Ask.WHY, scope=scope, window=window)


def status(sentence: Sentence) -> Plan | None:
    """The status of all sensors in Building A; how is gw_1 doing?"""
    scope, window = sentence.scope, sentence.window
    item = sentence.first(Kind.HEALTH)
    opener = sentence.opener
    alone = scope.devices and opener is not None and opener.kind in {Kind.SHOW, Kind.WHAT, Kind.HOW}
    bare = scope != Scope() and opener is None
    if item is None and not alone and not bare:
        return None if not _is_how_are(sentence, opener) else Plan(ask=Ask.STATUS, scope=scope)
    if any(one.value is not Aggregate.NEWEST for one in sentence.free(Kind.AGGREGATE)):
        return None
    if item is None and (more := _more(sentence)) is not None:
        raise UnansweredError(NoAnswer.NOT_UNDERSTOOD, more)
    if item is None and sentence.has(Kind.DEVICES) and bare:
        return None
    plural = any(one.words[-1].endswith("s") for one in sentence.all(Kind.TYPE))
    if item is None and bare and plural and len(sentence.scope.types) == 1 and _is_placed(scope):
        return None
    if item is None and len(list(sentence.left())) > len(scope.devices):
        return None
    if sentence.has(Kind.WHICH) and sentence.has(Kind.SITES):
        return None
    use(sentence, Kind.HEALTH, Kind.DEVICES, Kind.AGGREGATE, Kind.SITES)
    if window is not None:
        return None
    return Plan(ask=Ask.STATUS, scope=scope)


_NEUTRAL = bag(
    "the a an of our my your its it this that these those for me us i we you they all please "
    "pls plz kindly could would can may might to want need like know now there here just so and "
    "ok okay well right then hi hello hey dear mate thanks thank cheers good morning afternoon "
    "evening everyone team tell about more quick quickly again also too still thing things up "
    "date news latest update word look see let have get got at on in with from over him her one "
    "ones information info details detail summary overview rundown lowdown lookup brief "
    "briefing picture report story situation currently today going doing data reading readings "
    "values value figures stats everything anything full complete whole entire how what do does "
    "did is are be been im i'd wonder wondering asking question site store device page card "
    "room "
)


def _more(sentence: Sentence) -> str | None:
    """What does the freezer carry; the sound of it: a word of what nothing here says."""
    named = sentence.all(Kind.NAME_WORD)
    if named and sentence.has(Kind.WHAT) and sentence.all(Kind.DEVICE):
        return named[0].text
    words = (word for one in sentence.all(Kind.FILLER) for word in one.words if word.isalpha())
    return next((word for word in words if word not in _NEUTRAL), None)


def _is_placed(scope: Scope) -> bool:
    return bool(scope.places or scope.tags or scope.sites or scope.without)


def _is_how_are(sentence: Sentence, opener: Item | None) -> bool:
    """How are the gateways; how is the bakery."""
    if opener is None or opener.kind is not Kind.HOW or sentence.window is not None:
        return False
    use(sentence, Kind.DEVICES, Kind.SITES)
    return sentence.scope != Scope() or any(one.kind is Kind.DEVICES for one in sentence.items)


def _there(sentence: Sentence) -> By | None:
    """What is in the server room; anything tagged spare."""
    opener = sentence.opener
    named = sentence.scope.places or sentence.scope.tags
    asked = opener is not None and opener.kind in {Kind.WHAT, Kind.ANY}
    return By.DEVICE if named and asked and not sentence.scope.devices else None


def listing(sentence: Sentence) -> Plan | None:
    """Which sites do we have; list all sensors at the café."""
    scope = sentence.scope
    target = lists(sentence) or _there(sentence)
    if target is None:
        return None
    opener = sentence.opener
    if opener is None and scope == Scope():
        return None
    if opener is not None and opener.kind is Kind.WHAT and _is_defined(sentence):
        return None
    mark_target(sentence, target)
    use(sentence, Kind.WHICH, Kind.ANY)
    for item in sentence.free(Kind.AGGREGATE):
        item.used = item.value is Aggregate.SUM
    named = any(one.kind is Kind.DEVICES for one in sentence.items)
    if target is By.DEVICE and opener is None and not scope.types and not named:
        return Plan(ask=Ask.STATUS, scope=scope)
    return Plan(ask=Ask.WHICH, of=target, scope=scope)


def _is_defined(sentence: Sentence) -> bool:
    """What is a till: what the word means, and not which there are."""
    kind = sentence.all(Kind.TYPE)
    before = sentence.before(kind[0], ()) if kind else None
    return before is not None and before.word in {"a", "an"} and len(kind) == 1
