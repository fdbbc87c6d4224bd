"""Text becomes a plan. Pure: the same text, vocabulary and moment give the same plan."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from homepot.ai.query.language.colloquial import recast_speech
from homepot.ai.query.language.doubled import halves
from homepot.ai.query.language.following import (
    changed,
    inherited,
    is_follow_up,
    refers_back,
    turned_round,
)
from homepot.ai.query.language.foreign import in_english, is_other_script, language_of
from homepot.ai.query.language.lexicon import Lexicon, lexicon_of
from homepot.ai.query.language.meaning import put_otherwise
from homepot.ai.query.language.phrasing import rephrased
from homepot.ai.query.language.plainest import plainest
from homepot.ai.query.language.recasting import recast
from homepot.ai.query.language.records import named_categories, recast_categories
from homepot.ai.query.language.repeated import is_repeated
from homepot.ai.query.language.rules import RULES, SIDES
from homepot.ai.query.language.scenes import (
    PARTS_MAX,
    asks,
    is_scene,
    sentences_in,
    with_scene,
)
from homepot.ai.query.language.scoping import scope_of
from homepot.ai.query.language.sentence import Sentence, UnansweredError
from homepot.ai.query.language.tagging import items_of, mended
from homepot.ai.query.language.tokens import TEXT_MAX, folded, tokens_of
from homepot.ai.query.language.turning_round import turn_round
from homepot.ai.query.language.unknowns import check_unknown, leftover
from homepot.ai.query.language.windows import is_ahead, window_of
from homepot.ai.query.language.words.forbidden import is_forbidden
from homepot.ai.query.language.words.reading import bag
from homepot.ai.query.language.zones import zoned
from homepot.ai.query.plan import Ask, NoAnswer, OfForecast, Plan, Reason, Scope
from homepot.ai.query.vocabulary import Vocabulary
from homepot.ai.query.when import Window

_AHEAD = bag(
    "warranty guarantee warranties will due next upcoming expire expires expiring maintenance "
    "coming soon guarantees lapse lapses lapsing cover coverage covered"
)


# Of a question in another language these say only that it was not read.
_UNREAD = frozenset({
    NoAnswer.NOT_UNDERSTOOD, NoAnswer.OFF_TOPIC, NoAnswer.UNKNOWN_SITE, NoAnswer.UNKNOWN_METRIC,
    NoAnswer.UNKNOWN_THING, NoAnswer.EMPTY,
})  # fmt: skip


_NOT_SURE = _UNREAD | {NoAnswer.NOT_REPORTED, NoAnswer.AMBIGUOUS, NoAnswer.UNKNOWN_DEVICE}


def parse(text: str, vocabulary: Vocabulary, as_of: datetime, earlier: Plan | None = None) -> Plan:
    """The plan of a question; `earlier` is the one before it in a conversation. What can't be
    answered is ask=none, with the reason."""
    text = _unwired(text)
    if len(text) <= TEXT_MAX and (two := _doubled(text, vocabulary, as_of)) is not None:
        return two
    plan = _whole(text, vocabulary, as_of, earlier)
    if plan.reason is not None and plan.reason.why in _NOT_SURE:
        plainly = _whole(text, vocabulary, as_of, earlier, plainly=True)
        plan = plan if plainly.ask is Ask.NONE else plainly
    if plan.reason is None or plan.reason.why not in _NOT_SURE or len(text) > TEXT_MAX:
        return plan
    told = _told(text, lexicon_of(vocabulary), as_of)
    told = told or _put_plainly(text, vocabulary, as_of)
    return told or _with_what_is_known(text, plan, vocabulary, as_of)


def planned(text: str, vocabulary: Vocabulary, as_of: datetime) -> Plan:
    """The plan of a question that is put as the rules take it, alone."""
    return _whole(text, vocabulary, as_of, None)


def _with_what_is_known(text: str, plan: Plan, vocabulary: Vocabulary, as_of: datetime) -> Plan:
    """The refusal, with the question less the words that nobody knows, if that can be answered."""
    reason = plan.reason
    if reason is None or not reason.subject or reason.subject == text or reason.suggestions:
        return plan
    pattern = rf"(?<!\w){re.escape(reason.subject)}(?!\w)\s*"
    rest, count = re.subn(pattern, "", text, count=1, flags=re.IGNORECASE)
    if not count or _whole(rest, vocabulary, as_of, None).ask in {Ask.NONE, Ask.STATUS}:
        return plan
    return plan.model_copy(
        update={"reason": reason.model_copy(update={"suggestions": (rest.strip(),)})}
    )


def _put_plainly(text: str, vocabulary: Vocabulary, as_of: datetime) -> Plan | None:
    """As the plainest question that names the same, said aloud, or None."""
    try:
        sentence = read(text, lexicon_of(vocabulary), as_of)
    except (UnansweredError, ValidationError):
        return None
    if sentence.is_foreign or (put := plainest(sentence)) is None:
        return None
    plan = _whole(put, vocabulary, as_of, None)
    if plan.ask is Ask.NONE:
        return None
    return plan.model_copy(update={"assumptions": (f"taken as: {put}", *plan.assumptions)})


def _unwired(text: str) -> str:
    """OPEN INCIDENTS STOP HOW MANY STOP: as it is without the stops of a telegram."""
    if len(text) > TEXT_MAX or not text.rstrip().endswith(" STOP"):
        return text
    return re.sub(r"\s+STOP\b", ",", text.rstrip()).rstrip(",")


_VERBS = bag("is are was were did does do has have")


def _doubled(text: str, vocabulary: Vocabulary, as_of: datetime) -> Plan | None:
    """Two questions in one, each of which could be answered by itself, or None."""
    for first, second in halves(text):
        plans = [_whole(part, vocabulary, as_of, None) for part in (first, second)]
        again = second.split(maxsplit=1)[0].lower() in _VERBS and plans[1].scope == Scope()
        if not again and all(plan.ask is not Ask.NONE for plan in plans):
            reason = Reason(why=NoAnswer.TWO_QUESTIONS, suggestions=(first, second))
            return Plan(ask=Ask.NONE, reason=reason)
    return None


def _told(text: str, lexicon: Lexicon, as_of: datetime) -> Plan | None:
    """A scene and a question about it, or None if it is nothing like that."""
    parts = sentences_in(text)
    if not 2 <= len(parts) <= PARTS_MAX:
        return None
    try:
        found = [
            read(part, lexicon, as_of) for part in parts if any(sign.isalnum() for sign in part)
        ]
        asking = [one for one in found if asks(one)]
        scenes = [one for one in found if not asks(one)]
        if len(asking) != 1 or any(one.is_foreign or not is_scene(one) for one in scenes):
            return None
        return _alone(with_scene(asking[0], scenes))
    except (UnansweredError, ValidationError):
        return None


def _whole(
    text: str, vocabulary: Vocabulary, as_of: datetime, earlier: Plan | None, *,
    plainly: bool = False,
) -> Plan:  # fmt: skip
    """All of it as one question; `plainly`: word for word, without turns of speech."""
    sentence = None
    try:
        sentence = read(text, lexicon_of(vocabulary), as_of, plainly=plainly)
        if earlier is not None and earlier.ask is not Ask.NONE:
            return _after(sentence, earlier)
        return _alone(sentence)
    except UnansweredError as refused:
        reason = refused.reason
        if sentence is not None and sentence.is_foreign and reason.why in _UNREAD:
            reason = Reason(why=NoAnswer.LANGUAGE)
        return Plan(ask=Ask.NONE, reason=reason)
    except ValidationError:  # more than a plan can hold, as a time of ten thousand years
        return Plan(ask=Ask.NONE, reason=Reason(why=NoAnswer.NOT_UNDERSTOOD))


def read(text: str, lexicon: Lexicon, as_of: datetime, *, plainly: bool = False) -> Sentence:
    """The question, tagged."""
    if len(text) > TEXT_MAX:
        raise UnansweredError(NoAnswer.TOO_LONG)
    if is_forbidden(folded(text)):
        raise UnansweredError(NoAnswer.NOT_ALLOWED)
    tokens = tokens_of(text)
    if not any(token.word[:1].isalnum() for token in tokens):
        raise UnansweredError(NoAnswer.EMPTY)
    language = language_of(tokens, lexicon.speller.known)
    if language is not None:
        tokens = in_english(tokens, language)
    tokens, notes = mended(tokens, lexicon)
    tokens = tokens if plainly else rephrased(tokens)
    now = as_of.astimezone(ZoneInfo(lexicon.zone)).replace(tzinfo=None)
    ahead = bool({token.word for token in tokens} & _AHEAD)
    items = items_of(tokens, lexicon, now.date(), ahead)
    if (put := put_otherwise(tokens, items)) is not None:
        tokens = put.tokens if plainly else rephrased(put.tokens)
        notes += put.notes
        items = items_of(tokens, lexicon, now.date(), ahead)
    sentence = Sentence(items, lexicon, as_of, now, now.date(), text, notes)
    sentence.is_foreign = language is not None or is_other_script(text)
    sentence.passed = put.passed if put is not None else []
    zoned(sentence)
    recast_speech(sentence)
    recast(sentence)
    turn_round(sentence)
    recast_categories(sentence)
    named_categories(sentence)
    return sentence


def _alone(sentence: Sentence) -> Plan:
    check_unknown(sentence)
    return _by_rules(sentence)


def _after(sentence: Sentence, earlier: Plan) -> Plan:
    """In a conversation: a change of the plan before, or a question that may refer to it."""
    if is_follow_up(sentence):
        if (other := turned_round(sentence, earlier)) is not None:
            return _checked(sentence, other)
        kept = _kept(sentence)
        try:
            check_unknown(sentence, alone=False)
            return _checked(sentence, changed(sentence, earlier))
        except UnansweredError as refused:
            if refused.reason.why is not NoAnswer.NOT_UNDERSTOOD:
                raise
        _restore(sentence, kept)
    if refers_back(sentence) and earlier.scope != Scope():
        sentence.given = inherited(sentence, earlier)
    return _alone(sentence)


def _kept(sentence: Sentence) -> tuple[list[tuple[object, ...]], list[str]]:
    return [(item, item.used, item.kind, item.value) for item in sentence.items], list(
        sentence.notes
    )


def _restore(sentence: Sentence, kept: tuple[list[tuple[object, ...]], list[str]]) -> None:
    for item, (_, used, kind, value) in zip(sentence.items, kept[0], strict=True):
        item.used, item.kind, item.value = bool(used), kind, value  # type: ignore[assignment]
    sentence.notes = list(kept[1])


def _by_rules(sentence: Sentence) -> Plan:
    """The first rule that takes the question; what it leaves over was not understood."""
    rules, failed = RULES, _named(sentence)
    if failed is not None:  # only what is taken apart into two sides may yet be understood
        rules = SIDES
    kept = _kept(sentence)
    for strictly in (True, False):
        for rule in rules:
            _restore(sentence, kept)
            try:
                plan = rule(sentence)
            except UnansweredError as error:
                failed = failed or error
                continue
            if plan is None or not _uses(plan, sentence.window):
                continue
            left = sentence.left()
            if not left or (not strictly and all(is_repeated(one, plan) for one in left)):
                return _checked(sentence, plan)
    raise failed or leftover(sentence)


def _named(sentence: Sentence) -> UnansweredError | None:
    """Whose, and when; or why that cannot be said of the question as a whole."""
    kept = _kept(sentence)
    try:
        said = window_of(sentence)
        sentence.window = said.window if said else None
        named = scope_of(sentence)
        given = sentence.given if named == Scope() else None
        sentence.scope = given or named
    except UnansweredError as error:
        _restore(sentence, kept)
        return error
    return None


def _uses(plan: Plan, window: Window | None) -> bool:
    """A time that was named must be in the plan."""
    if window is None:
        return True
    windows = [plan.window, *(at for one in plan.where for at in (one.window, one.within))]
    if plan.against is not None:
        windows.append(plan.against.window)
    return window in windows or _turned(plan)


def _turned(plan: Plan) -> bool:
    """A time that became an amount: silent for longer than since Monday, at risk within a month."""
    measures = [plan.measure, *(one.measure for one in plan.where)]
    aspects = [str(getattr(one, "aspect", "")) for one in measures]
    return any("silent" in one or one == "risk" for one in aspects)


def _checked(sentence: Sentence, plan: Plan) -> Plan:
    """Nothing after the moment of asking can be answered but what is expected or dated ahead."""
    windows = [plan.window, *(one.window for one in plan.where)]
    if plan.against is not None:
        windows.append(plan.against.window)
    dated = _is_dated(plan)
    if not isinstance(plan.measure, OfForecast) and any(is_ahead(at, sentence) for at in windows):
        raise UnansweredError(NoAnswer.FUTURE)
    if sentence.asks_ahead and not dated:
        raise UnansweredError(NoAnswer.FUTURE)
    if sentence.passed and _says_little(plan):
        raise UnansweredError(NoAnswer.NOT_UNDERSTOOD, sentence.passed[0])
    return plan.model_copy(update={"assumptions": tuple(sentence.notes)})


def _says_little(plan: Plan) -> bool:
    """What is asked by a word that was passed over may be all there was to it."""
    return plan.ask is Ask.STATUS or (plan.ask is Ask.WHICH and not plan.where)


def _is_dated(plan: Plan) -> bool:
    """Warranties and forecasts lie ahead."""
    measures = [plan.measure, *(one.measure for one in plan.where)]
    return any(
        isinstance(one, OfForecast) or "warranty" in str(getattr(one, "attribute", ""))
        for one in measures
    )
