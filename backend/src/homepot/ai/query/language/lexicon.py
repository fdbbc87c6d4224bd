"""All that can be said of one fleet: the grammar's own words and the fleet's, in one index that
is built once for a vocabulary."""

import re
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Iterable, Iterator
from functools import cache

from homepot.ai.query.language.estate import Estate
from homepot.ai.query.language.phrasing import phrased_words
from homepot.ai.query.language.shortened import otherwise
from homepot.ai.query.language.spelling import Speller
from homepot.ai.query.language.tags import Kind, Tag
from homepot.ai.query.language.times import words as time_words
from homepot.ai.query.language.times.zones import ABBREVIATED
from homepot.ai.query.language.tokens import folded, words_of
from homepot.ai.query.language.words import concepts, english, small
from homepot.ai.query.language.words.reading import bag, split
from homepot.ai.query.language.words.records import CATEGORIES, EVENTS, verbs
from homepot.ai.query.plan import Attribute, Order, Scope
from homepot.ai.query.vocabulary import Vocabulary

PHRASE_MAX = 9
_SIMPLE = re.compile(r"(?:[a-z]+|\d+)(?:[ _-]+(?:[a-z]+|\d+))*")
_SQUEEZED = re.compile(r"[^a-z0-9]+")
_UNIT_WORDS = bag(
    "percent celsius ms mm s seconds bytes per second dbm watts volts amperes hpa rpm count "
    "fahrenheit kwh kw w v a c f pct"
)
# A site is known by any of its words but these.
_WEAK = bag(
    "site store shop branch building the of and at st street no old new north south east west "
    "upper lower great little outlet plant facility centre center main location office "
    "warehouse"
)
GENERIC_SITES = bag("site store shop branch building location outlet plant facility")
_OWN = (Kind.DEVICE, Kind.SITE, Kind.FIRMWARE, Kind.PLACE, Kind.TYPE, Kind.METRIC, Kind.TAG)


class Lexicon:
    """Phrases and what they may be, the most likely first."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._names = {one.name: name_words(one.name) for one in vocabulary.devices}
        self.estate = Estate(vocabulary, self._names)
        self.ids = {squeezed(one.id): one.id for one in vocabulary.devices}
        self.numbers = _numbers(vocabulary)
        self.figures: dict[str, list[str]] = defaultdict(list)  # ids by the figures in them
        for key, device in self.ids.items():
            self.figures[figures(key)].append(device)
        self.prefixes = frozenset(
            found[0] for one in vocabulary.devices if (found := re.match(r"[a-z]+", folded(one.id)))
        )
        self._phrases: dict[str, list[Tag]] = defaultdict(list)
        self.named: dict[str, list[str]] = defaultdict(list)
        self.zone = _zone(vocabulary)
        sets = {id(one.metrics): one.metrics for one in vocabulary.devices if one.metrics}
        self.reported = frozenset().union(*sets.values()) if sets else None
        for phrase, tag in self._fleet():
            self._add(phrase, tag)
        self.site_words = frozenset(
            word for site in vocabulary.sites for word in name_words(site.name)
        )
        self.reported_in: dict[Scope, frozenset[str] | None] = {}
        self.joined = {
            "".join(words): words
            for name in (
                *(site.name for site in vocabulary.sites),
                *{one.place for one in vocabulary.devices if one.place},
            )
            if len(words := name_words(name)) > 1
        }
        fleet_words = {word for phrase in self._phrases for word in phrase.split()}
        fleet_words |= self.site_words
        for phrase, tag in _common():
            self._add(phrase, tag)
        for phrase, tag in _sites(vocabulary, single=True):  # Gateway Mall is not "the gateway"
            if phrase not in self._phrases:
                self._add(phrase, tag)
        for phrase, tag in (*_prefixes(vocabulary), *_parts_of_metrics(vocabulary)):
            if phrase not in self._phrases and phrase not in small.FILLERS:
                self._add(phrase, tag)
                fleet_words.add(phrase)
        self.name_words = _telling(self._names.values())
        for word in self.name_words:
            if word not in self._phrases and word not in small.FILLERS:
                self._add(word, Tag(Kind.NAME_WORD, word))
                fleet_words.add(word)
        said = {word for phrase in self._phrases for word in phrase.split()}
        empty = small.PASSING_WORDS - said - {word for one in small.FILLERS for word in one.split()}
        phrases = self._phrases
        self.speller = Speller(
            self._known_words(), frozenset(fleet_words), lambda word: phrases.get(word, []), empty
        )

    def _add(self, phrase: str, tag: Tag) -> None:
        known = self._phrases[phrase]
        if tag not in known:
            known.append(tag)

    def tags(self, phrase: str) -> list[Tag]:
        return self._phrases.get(phrase, [])

    def longest(self, words: tuple[str, ...], at: int) -> tuple[list[Tag], int]:
        """What the longest known phrase that starts here may be, and how many words it has."""
        for length in range(min(PHRASE_MAX, len(words) - at), 0, -1):
            phrase = words[at] if length == 1 else " ".join(words[at : at + length])
            if found := self._phrases.get(phrase):
                return found, length
            if phrase in small.FILLERS or phrase in small.PASSING:
                return [Tag(Kind.FILLER)], length
            if phrase in small.OFF_TOPIC:
                return [Tag(Kind.OFF_TOPIC, phrase)], length
        return [], 0

    def _fleet(self) -> Iterator[tuple[str, Tag]]:
        yield from _sites(self.vocabulary)
        for device in self.vocabulary.devices:
            words = self._names[device.name]
            if words:
                self.named[" ".join(words)].append(device.id)
        for name, ids in self.named.items():
            yield name, Tag(Kind.DEVICE, tuple(ids))
        yield from _places(self.vocabulary)
        yield from _types(self.vocabulary, _telling(self._names.values()))
        yield from _metrics(self.vocabulary)
        yield from _events(self.vocabulary)

    def _known_words(self) -> frozenset[str]:
        known = {word for phrase in self._phrases for word in phrase.split()}
        for phrase in (*small.FILLERS, *small.OFF_TOPIC, *small.PASSING):
            known.update(phrase.split())
        known.update(
            time_words.NUMBERS, time_words.ORDINALS, time_words.SECONDS, time_words.MONTHS,
            time_words.WEEKDAYS, time_words.PARTS, time_words.LAST, time_words.NEXT,
            time_words.THIS, CATEGORIES,
        )  # fmt: skip
        known.update(_TIME_WORDS, ABBREVIATED)
        known.update(phrased_words())
        return frozenset(known)


_TIME_WORDS = bag(
    "yesterday today tomorrow tonight ago since until till before after noon midnight midday "
    "weekend weekends early late beginning start end between from to percentile pctl business "
    "working office oclock am pm ninetieth eightieth seventieth fiftieth"
)
_LEXICONS: OrderedDict[Vocabulary, Lexicon] = OrderedDict()
_LEXICONS_MAX = 100


def lexicon_of(vocabulary: Vocabulary) -> Lexicon:
    found = _LEXICONS.get(vocabulary)
    if found is None:
        found = _LEXICONS[vocabulary] = Lexicon(vocabulary)
        if len(_LEXICONS) > _LEXICONS_MAX:
            _LEXICONS.popitem(last=False)
    return found


def forget(vocabulary: Vocabulary) -> None:
    """What was built from it goes: a fleet that is asked about has another one by now."""
    _LEXICONS.pop(vocabulary, None)


def squeezed(text: str) -> str:
    """
    >>> squeezed("POS_1161"), squeezed("DEVICE-AB-12")
    ('pos1161', 'deviceab12')
    """
    return _SQUEEZED.sub("", folded(text))


def figures(text: str) -> str:
    """
    >>> figures("pos_1161")
    '1161'
    """
    return "".join(sign for sign in text if sign.isdigit())


def name_words(name: str) -> tuple[str, ...]:
    """The words of a name; most names are simple, and there may be ten thousand of them."""
    plain = folded(name) if not name.isascii() else name.lower()
    if _SIMPLE.fullmatch(plain):
        return tuple(part for part in re.split(r"[ _-]+", plain) if part)
    return words_of(name)


def _numbers(vocabulary: Vocabulary) -> dict[str, list[str]]:
    """The number a name or an id ends with, and whose it is: till 3."""
    found: dict[str, list[str]] = defaultdict(list)
    for device in vocabulary.devices:
        ends = {
            match[1].lstrip("0") or "0"
            for text in (device.name, device.id)
            if (match := re.search(r"(\d+)\D{0,1}$", text))
        }
        for number in ends:
            found[number].append(device.id)
    return found


def _zone(vocabulary: Vocabulary) -> str:
    zones = Counter(site.timezone for site in vocabulary.sites)
    return zones.most_common(1)[0][0] if zones else "UTC"


@cache
def _common() -> tuple[tuple[str, Tag], ...]:
    found = list(english.phrases())
    found.extend(_degrees())
    found.extend(english.nouns())
    return tuple((" ".join(words_of(phrase)) or phrase, tag) for phrase, tag in found)


def _degrees() -> Iterator[tuple[str, Tag]]:
    for order, said in concepts.SUPERLATIVES.items():
        for phrase in split(said):
            yield phrase, Tag(Kind.SUPERLATIVE, (order, ()))
    for word in ("worse", "better"):
        yield word, Tag(Kind.COMPARATIVE, (word, ()))
    for word in ("worst", "best"):
        yield word, Tag(Kind.SUPERLATIVE, (word, ()))
    for compare, said in concepts.COMPARATIVES.items():
        for phrase in split(said):
            yield phrase, Tag(Kind.COMPARATIVE, (compare, ()))
    yield "oldest", Tag(Kind.SUPERLATIVE, (Order.MOST, Attribute.AGE_DAYS))
    yield "longest serving", Tag(Kind.SUPERLATIVE, (Order.MOST, Attribute.AGE_DAYS))
    yield "youngest", Tag(Kind.SUPERLATIVE, (Order.LEAST, Attribute.AGE_DAYS))
    for degree in concepts.DEGREES:
        for phrase, order in degree.superlatives:
            yield phrase, Tag(Kind.SUPERLATIVE, (order, degree.families))
        for phrase, compare in degree.comparatives:
            yield phrase, Tag(Kind.COMPARATIVE, (compare, degree.families))


def _plural(phrase: str) -> Iterator[str]:
    yield phrase
    last = phrase.rsplit(maxsplit=1)[-1]
    if last[-1:].isdigit() or len(last) < 2:
        return
    if last.endswith(("s", "x", "ch", "sh")):
        yield phrase + "es"
    elif last.endswith("y") and last[-2:-1] not in "aeiou":
        yield phrase[:-1] + "ies"
    else:
        yield phrase + "s"


def _sites(vocabulary: Vocabulary, *, single: bool = False) -> Iterator[tuple[str, Tag]]:
    """Sites by their names and parts of them; `single`: by one word of several."""
    whole: dict[str, list[str]] = defaultdict(list)
    partly: dict[str, list[str]] = defaultdict(list)
    for site in vocabulary.sites:
        words = name_words(site.name)
        said_as = {" ".join(words), " ".join(name_words(site.id)), folded(site.id)}
        for said in said_as | otherwise(site.name, words):
            whole[said].append(site.id)
        for start in range(len(words)):
            for end in range(start + 1, len(words) + 1):
                part = words[start:end]
                if len(part) < len(words) and _tells(part):
                    partly[" ".join(part)].append(site.id)
    for phrase, ids in whole.items():
        if not single:
            yield phrase, Tag(Kind.SITE, tuple(ids))
    for phrase, ids in partly.items():
        if phrase not in whole and (" " in phrase) is not single:
            yield phrase, Tag(Kind.SITE, tuple(ids))


def _tells(part: tuple[str, ...]) -> bool:
    """Whether so much of a name is enough to mean the site."""
    if part[0] in {"of", "and", "the", "at"} or part[-1] in {"of", "and", "the", "at"}:
        return False
    if len(part) > 1:
        return any(word not in _WEAK for word in part) or any(word.isdigit() for word in part)
    word = part[0]
    return len(word) >= 3 and not word.isdigit() and word not in _WEAK | small.FILLERS


def _places(vocabulary: Vocabulary) -> Iterator[tuple[str, Tag]]:
    places = {one.place for one in vocabulary.devices if one.place}
    for place in sorted(places):
        if words := name_words(place):
            for phrase in _plural(" ".join(words)):
                yield phrase, Tag(Kind.PLACE, place)
    for tag in sorted({tag for one in vocabulary.devices for tag in one.tags}):
        if words := name_words(tag):
            yield " ".join(words), Tag(Kind.TAG, tag)
    for firmware in sorted({one.firmware for one in vocabulary.devices if one.firmware}):
        for phrase in {folded(firmware), f"v{folded(firmware)}", " ".join(words_of(firmware))}:
            yield phrase, Tag(Kind.FIRMWARE, firmware)


def _types(vocabulary: Vocabulary, known: frozenset[str]) -> Iterator[tuple[str, Tag]]:
    members: dict[str, list[str]] = defaultdict(list)
    used = {device.type for device in vocabulary.devices}
    for kind in vocabulary.types:
        words = (*name_words(kind.name), *name_words(kind.label))
        own = {" ".join(name_words(kind.name)), " ".join(name_words(kind.label))} - {""}
        for said in own:
            for phrase in _plural(said):
                yield phrase, Tag(Kind.TYPE, (kind.name,))
        for family in concepts.TYPES:
            if family.has(frozenset(words)):
                members[family.key].append(kind.name)
    for family in concepts.TYPES:
        names = members[family.key]
        names = [name for name in names if name in used] or names
        for said in (*family.said, *concepts.by_doing(family.said)):
            if not names and said in known:
                continue  # no type of the fleet, but a word of its names
            for phrase in _plural(said):
                yield phrase, Tag(Kind.TYPE, tuple(names))


def _metrics(vocabulary: Vocabulary) -> Iterator[tuple[str, Tag]]:
    members: dict[str, list[str]] = defaultdict(list)
    for metric in vocabulary.metrics:
        named = name_words(metric.name)
        words = frozenset((*named, *name_words(metric.label)))
        short = tuple(word for word in named if word not in _UNIT_WORDS)
        for said in {" ".join(named), " ".join(name_words(metric.label)), " ".join(short)} - {""}:
            if said not in small.FILLERS:
                yield said, Tag(Kind.METRIC, (metric.name,))
        for family in concepts.METRICS:
            if family.has(words):
                members[family.key].append(metric.name)
    for family in concepts.METRICS:
        for said in family.said:
            yield said, Tag(Kind.METRIC, tuple(members[family.key]))
    yield "how busy", Tag(Kind.METRIC, tuple(name for key in BUSY for name in members[key]))


def _prefixes(vocabulary: Vocabulary) -> Iterator[tuple[str, Tag]]:
    """What ids here begin with, where it tells their type: gw, frz."""
    types: dict[str, set[str]] = defaultdict(set)
    for device in vocabulary.devices:
        if found := re.match(r"[a-z]{2,}(?=[^a-z])", folded(device.id)):
            types[found[0]].add(device.type)
    for prefix, names in sorted(types.items()):
        if len(names) == 1:
            for phrase in _plural(prefix):
                yield phrase, Tag(Kind.TYPE, tuple(names))


_WEAK_PARTS = bag(
    "count level rate length sold printed used total number size depth active open usage current "
    "time max min avg average mean state status network door load air room mode last first raw"
)


def _parts_of_metrics(vocabulary: Vocabulary) -> Iterator[tuple[str, Tag]]:
    """One word of a metric's name, where no other metric has it: toner."""
    found: dict[str, list[str]] = defaultdict(list)
    for metric in vocabulary.metrics:
        for word in {*name_words(metric.name)} - _UNIT_WORDS - _WEAK_PARTS:
            found[word].append(metric.name)
    for word, names in sorted(found.items()):
        if len(names) == 1 and len(word) > 2 and word.isalpha():
            for phrase in _plural(word):
                yield phrase, Tag(Kind.METRIC, tuple(names))


BUSY = ("transactions", "connections", "items", "pages", "cpu")


def families_of(vocabulary: Vocabulary, keys: Iterable[str]) -> tuple[str, ...]:
    """The metrics of these families, in their order."""
    return tuple(
        metric.name
        for key in keys
        for family in concepts.METRICS
        if family.key == key
        for metric in vocabulary.metrics
        if family.has(frozenset((*name_words(metric.name), *name_words(metric.label))))
    )


def _events(vocabulary: Vocabulary) -> Iterator[tuple[str, Tag]]:
    members: dict[int, list[str]] = defaultdict(list)
    for kind in vocabulary.event_kinds:
        words = name_words(kind)
        for phrase in {*_plural(" ".join(words)), *verbs(words)}:
            yield phrase, Tag(Kind.EVENT, (kind,))
        for place, (marks, _) in enumerate(EVENTS):
            if any(mark in word for word in words for mark in marks):
                members[place].append(kind)
    for place, (_, said) in enumerate(EVENTS):
        for phrase in said:
            yield phrase, Tag(Kind.EVENT, tuple(members[place]))


def _telling(names: Iterable[tuple[str, ...]]) -> frozenset[str]:
    """The words of names by which devices can be meant."""
    every = {word for words in names for word in words}
    return frozenset(word for word in every if len(word) > 2 and word.isalpha())
