"""What a phrase is can depend on its neighbours: these look again, after all are tagged."""

from homepot.ai.query.language.sentence import Sentence
from homepot.ai.query.language.tags import Item, Kind
from homepot.ai.query.plan import Aggregate


def recast(sentence: Sentence) -> None:
    for rule in (sensors_of, current_as_now, site_or_store, connected_people, verbs_and_nouns):
        rule(sentence)


def sensors_of(sentence: Sentence) -> None:
    """Temperature sensors: a metric right before a type belongs to the name of the type."""
    names = sentence.lexicon.name_words
    for place, item in enumerate(sentence.items[:-1]):
        following = sentence.items[place + 1]
        if item.kind is not Kind.METRIC or following.kind is not Kind.TYPE:
            continue
        before = sentence.items[place - 1] if place else None
        if before is not None and before.kind is Kind.SUPERLATIVE:
            continue
        item.kind = Kind.FILLER
        if len(item.words) == 1 and item.word in names and _tells(sentence, item.word, following):
            item.kind, item.value = Kind.NAME_WORD, item.word


def _tells(sentence: Sentence, word: str, kind: Item) -> bool:
    """Whether some devices of the type have the word in their name and others do not."""
    of_type = [one for one in sentence.lexicon.vocabulary.devices if one.type in kind.value]
    having = sum(word in one.name.casefold() for one in of_type)
    return 0 < having < len(of_type)


def current_as_now(sentence: Sentence) -> None:
    """The current temperature: now, not an electric current."""
    for item in sentence.items:
        if item.word in {"current", "the current"} and item.kind is Kind.METRIC:
            following = sentence.after(item)
            if following is not None and following.kind in {Kind.METRIC, Kind.HEALTH, Kind.STATE,
                                                            Kind.AGGREGATE, Kind.LINK}:  # fmt: skip
                item.kind, item.value = Kind.NOW, None


def site_or_store(sentence: Sentence) -> None:
    """The store: the one site whose name has the word, if it is said of one."""
    for item in sentence.items:
        if item.kind is not Kind.SITES or item.words[-1].endswith("s") or len(item.words) > 1:
            continue
        place = sentence.place(item)
        before = sentence.items[place - 1] if place else None
        if before is None or before.word != "the":
            following = sentence.items[place - 1] if place else None
            if following is not None and following.kind is Kind.SITE:
                item.used = True
            continue
        found = [site.id for site in sentence.lexicon.vocabulary.sites
                 if item.word in site.name.casefold().split()]  # fmt: skip
        if len(found) == 1 and not sentence.has(Kind.BY):
            item.kind, item.value = Kind.SITE, tuple(found)


def connected_people(sentence: Sentence) -> None:
    """How many people are connected to the gateway: open connections."""
    for item in sentence.items:
        words = {word for one in sentence.items for word in one.words}
        if item.kind is Kind.LINK and item.word == "connected" and words & {
            "people", "users", "customers", "clients", "guests", "persons", "folk",
        }:  # fmt: skip
            found = sentence.lexicon.tags("connections")
            if found:
                item.kind, item.value = found[0].kind, found[0].value


def verbs_and_nouns(sentence: Sentence) -> None:
    """The last report; reported incidents; restarted the count."""
    has_record = any(one.kind is Kind.RECORD for one in sentence.items)
    for item in sentence.items:
        if item.kind is Kind.LINK and item.value == "report" and has_record:
            item.kind, item.value = Kind.SOURCE, None
        if item.kind is Kind.SHOW and item.word == "report" and sentence.place(item) > 1:
            item.kind, item.value = Kind.LINK, "report"
        if item.kind is Kind.TREND and item.word == "up" and not sentence.has(Kind.METRIC):
            item.kind = (
                Kind.LINK
                if sentence.has(Kind.BE, Kind.ANY, Kind.WHICH, Kind.HOW_MANY)
                else Kind.FILLER
            )
            item.value = "online"
        if item.kind is Kind.AGGREGATE and item.value is Aggregate.NEWEST:
            following = sentence.after(item, ())
            if following is not None and following.kind is Kind.LINK:
                continue
