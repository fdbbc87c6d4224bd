"""Which devices a question is about: what was named, put together and made sure of."""

from collections.abc import Iterable, Sequence
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from homepot.ai.query.language.lexicon import Lexicon
from homepot.ai.query.language.sentence import Sentence, UnansweredError
from homepot.ai.query.language.tags import Item, Kind
from homepot.ai.query.plan import NoAnswer, Scope
from homepot.ai.query.vocabulary import Device

_NAMED = (
    Kind.DEVICE, Kind.SITE, Kind.TYPE, Kind.PLACE, Kind.TAG, Kind.NAME_WORD, Kind.NUMBER,
    Kind.UNKNOWN,
)  # fmt: skip
_BETWEEN = frozenset({
    Kind.FILLER, Kind.PREPOSITION, Kind.COMMA, Kind.AND, Kind.OR, Kind.ONLY, Kind.DEVICES,
})  # fmt: skip


def scope_of(sentence: Sentence, items: Sequence[Item] | None = None) -> Scope:
    """The scope that these items name; what stands after "except" or "not" is left out of it."""
    given = [one for one in items or sentence.items if not one.used]
    inside, outside = _parted(given)
    scope = _scope(sentence, inside)
    without = _scope(sentence, outside)
    if without != Scope():
        scope = scope.model_copy(update={"without": without})
    return scope


def _parted(given: list[Item]) -> tuple[list[Item], list[Item]]:
    """What is named, and what is named to be left out."""
    inside: list[Item] = []
    outside: list[Item] = []
    excepting = False
    for place, item in enumerate(given):
        if item.kind is Kind.EXCEPT:
            excepting, item.used = True, True
        elif item.kind in _NAMED:
            (outside if excepting else inside).append(item)
        elif item.kind is Kind.OR and _joins(given, place):
            item.used = True
        elif excepting and item.kind not in _BETWEEN:
            excepting = False
    return inside, outside


def _joins(given: list[Item], place: int) -> bool:
    """Tills or sensors; the bakery or the cafe."""
    before = [one for one in given[:place] if one.kind not in _BETWEEN]
    after = [one for one in given[place + 1 :] if one.kind not in _BETWEEN]
    if not before or not after or before[-1].kind not in _NAMED:
        return False
    return before[-1].kind is after[0].kind


def _scope(sentence: Sentence, items: list[Item]) -> Scope:
    sites = _sites(sentence, [one for one in items if one.kind is Kind.SITE])
    types = _values(one for one in items if one.kind is Kind.TYPE)
    places = tuple(dict.fromkeys(one.value for one in items if one.kind is Kind.PLACE))
    tags = tuple(dict.fromkeys(one.value for one in items if one.kind is Kind.TAG))
    names = tuple(dict.fromkeys(one.value for one in items if one.kind is Kind.NAME_WORD))
    names = (*names, *_telling(sentence, items, Scope(places=places, name_has=names)))
    unknown = [one for one in items if one.kind is Kind.TYPE and not one.value]
    if unknown:
        raise UnansweredError(
            NoAnswer.UNKNOWN_THING, unknown[0].text, _type_labels(sentence.lexicon)
        )
    scope = Scope(sites=sites, types=types, places=places, tags=tags, name_has=names)
    numbered = _numbered(sentence, items, scope)
    devices = _devices(sentence, [one for one in items if one.kind is Kind.DEVICE], scope)
    for item in items:
        if item.kind in _NAMED and item.kind not in {Kind.NUMBER, Kind.UNKNOWN}:
            item.used = True
    if numbered or devices:
        return _of_devices(sentence, (*devices, *numbered), scope, items)
    _must_exist(sentence, scope, items)
    return scope


def _telling(sentence: Sentence, items: list[Item], scope: Scope) -> tuple[str, ...]:
    """The left frozen aisle: small words beside a word of a name may be of that name too."""
    estate = sentence.lexicon.estate
    found: list[str] = []
    for item in items:
        if item.kind not in {Kind.NAME_WORD, Kind.PLACE}:
            continue
        place = sentence.place(item)
        for one in sentence.items[max(0, place - 1) : place + 2]:
            if one.kind is not Kind.FILLER or one.word not in sentence.lexicon.name_words:
                continue
            closer = scope.model_copy(update={"name_has": (*scope.name_has, *found, one.word)})
            if 0 < len(estate.ids_in(closer)) < len(estate.ids_in(scope)):
                found.append(one.word)
    return tuple(found)


def _of_devices(
    sentence: Sentence, devices: tuple[str, ...], scope: Scope, items: list[Item]
) -> Scope:
    """Devices were named: what else was said of them must be true of them."""
    wrong = [one for one in devices if not sentence.lexicon.estate.holds(scope, one)]
    if wrong and scope.sites:
        device = sentence.lexicon.vocabulary.by_device[wrong[0]]
        site = sentence.lexicon.vocabulary.by_site.get(device.site)
        raise UnansweredError(
            NoAnswer.UNKNOWN_DEVICE,
            " ".join(one.text for one in items if one.kind in {Kind.DEVICE, Kind.SITE}),
            (f"{device.id} is at {site.name}",) if site else (),
        )
    return Scope(devices=tuple(dict.fromkeys(devices)))


def _values(items: Iterable[Item]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for item in items for value in item.value))


def _sites(sentence: Sentence, items: list[Item]) -> tuple[str, ...]:
    found: list[str] = []
    for item in items:
        ids: tuple[str, ...] = item.value
        if len(ids) > 1:
            names = sentence.lexicon.vocabulary.by_site
            raise UnansweredError(NoAnswer.AMBIGUOUS, item.text, [names[one].name for one in ids])
        found.extend(ids)
    return tuple(dict.fromkeys(found))


def _devices(sentence: Sentence, items: list[Item], scope: Scope) -> tuple[str, ...]:
    found: list[str] = []
    estate = sentence.lexicon.estate
    for item in items:
        ids = [one for one in item.value if estate.holds(scope, one)] or list(item.value)
        if len(ids) > 1:
            raise UnansweredError(NoAnswer.AMBIGUOUS, item.text, _ways(sentence.lexicon, ids))
        found.extend(ids)
    return tuple(found)


def _numbered(sentence: Sentence, items: list[Item], scope: Scope) -> tuple[str, ...]:
    """Till 3, cold room sensor 2: a number that ends a name or an id, among what else was said."""
    found: list[str] = []
    for item in items:
        if item.kind is not Kind.NUMBER or item.used or not _is_name_number(sentence, item):
            continue
        number = item.words[0].lstrip("0") or "0"
        numbered = sentence.lexicon.numbers.get(number, ())
        known = sentence.lexicon.vocabulary.by_device
        ids = [one for one in numbered if sentence.lexicon.estate.holds(scope, one)]
        subject = _with_before(sentence, item)
        if not ids:
            near = close_to(subject, [one.id for one in devices_in(sentence.lexicon, scope)])
            raise UnansweredError(NoAnswer.UNKNOWN_DEVICE, subject, near)
        if len(ids) > 1:
            raise UnansweredError(NoAnswer.AMBIGUOUS, subject, _ways(sentence.lexicon, ids))
        item.used = True
        device = known[ids[0]]
        sentence.note(f"{subject} = {device.name} ({device.id})")
        found.append(ids[0])
    return tuple(found)


def _is_name_number(sentence: Sentence, item: Item) -> bool:
    """Directly after what it numbers: a type in the singular, a place, a word of a name."""
    place = sentence.place(item)
    if place == 0 or not item.words[0].isdigit() or len(item.words) > 1:
        return False
    before = sentence.items[place - 1]
    if before.word in {"#", "number", "no", "nr"} and place > 1:
        before.used, before = True, sentence.items[place - 2]
    if before.kind in {Kind.PLACE, Kind.NAME_WORD}:
        return True
    plural = before.words[-1].endswith("s") and before.words[-1] not in {"pos", "epos"}
    return before.kind in {Kind.TYPE, Kind.DEVICES} and not plural


def _with_before(sentence: Sentence, item: Item) -> str:
    place = sentence.place(item)
    texts = [item.words[0]]
    for before in reversed(sentence.items[max(0, place - 3) : place]):
        if before.kind not in {Kind.PLACE, Kind.TYPE, Kind.NAME_WORD, Kind.DEVICES}:
            break
        if before.text == item.text:  # written in one go: pos_0000
            return item.text
        texts.insert(0, before.text)
    return " ".join(texts)


def devices_in(lexicon: Lexicon, scope: Scope) -> list[Device]:
    """The devices of a scope (without those it leaves out), in the order of the vocabulary."""
    known = lexicon.vocabulary.by_device
    return [known[one] for one in lexicon.estate.ids_in(scope)]


def _must_exist(sentence: Sentence, scope: Scope, items: list[Item]) -> None:
    """A word of names that no device in scope has: nothing is meant by it."""
    if scope.name_has and not devices_in(sentence.lexicon, scope):
        subject = " ".join(one.text for one in items if one.kind in _NAMED)
        raise UnansweredError(NoAnswer.UNKNOWN_DEVICE, subject, _near(sentence.lexicon, Scope()))


def _ways(lexicon: Lexicon, ids: Iterable[str]) -> list[str]:
    """How to say which of them is meant."""
    vocabulary = lexicon.vocabulary
    found = []
    for one in list(ids)[:5]:
        device = vocabulary.by_device[one]
        site = vocabulary.by_site.get(device.site)
        found.append(f"{device.name} at {site.name} ({device.id})" if site else device.id)
    return found


def _near(lexicon: Lexicon, scope: Scope) -> list[str]:
    return [device.id for device in devices_in(lexicon, scope)[:3]]


def _type_labels(lexicon: Lexicon) -> list[str]:
    used = {device.type for device in lexicon.vocabulary.devices}
    return [kind.label or kind.name for kind in lexicon.vocabulary.types if kind.name in used]


def close_to(text: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """What of these is spelled most like it."""
    found: list[tuple[str, Any, Any]] = process.extract(
        text, list(known), scorer=OSA.normalized_similarity, limit=limit, score_cutoff=0.4
    )
    return [one[0] for one in found]
