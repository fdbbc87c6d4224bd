"""What a phrase is can depend on its neighbours: these look again, after all are tagged."""

from homepot.ai.query.language.quantities import Amount
from homepot.ai.query.language.sentence import Sentence
from homepot.ai.query.language.tags import Item, Kind
from homepot.ai.query.language.times.rolling import LENGTH_MAX_S
from homepot.ai.query.language.times.said import Said
from homepot.ai.query.language.words.reading import bag
from homepot.ai.query.plan import Aggregate, Attribute, Order
from homepot.ai.query.when import Rolling


def recast(sentence: Sentence) -> None:
    for rule in RULES:
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


def device_or_type(sentence: Sentence) -> None:
    """Devices that are only called "Router": the type, where it can be said of several."""
    for item in sentence.all(Kind.DEVICE):
        other = next((tag for tag in item.others if tag.kind is Kind.TYPE and tag.value), None)
        before = sentence.before(item)
        asked = before is not None and before.kind in {Kind.WHICH, Kind.HOW_MANY, Kind.SHOW}
        if other is not None and (len(item.value) > 1 or asked):
            item.kind, item.value = Kind.TYPE, other.value


def current_as_now(sentence: Sentence) -> None:
    """The current temperature: now, not an electric current."""
    for item in sentence.items:
        if item.word in {"current", "the current"} and item.kind is Kind.METRIC:
            earlier = sentence.before(item)
            if earlier is not None and earlier.kind is Kind.METRIC:
                item.kind, item.value = Kind.NOW, None
                continue
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
        if item.kind is Kind.LINK and item.word == "connected" and words & _PEOPLE:
            for other in sentence.all(Kind.UNKNOWN):
                if other.word in _PEOPLE:
                    other.kind = Kind.FILLER
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


def all_sites(sentence: Sentence) -> None:
    """Across all sites, at any of our stores: everywhere, so nothing is said."""
    for item in sentence.all(Kind.SITES):
        before = sentence.before(item, ())
        if before is None or not item.words[-1].endswith("s"):
            continue
        if before.word in _EVERY or before.words[-1] in _EVERY:
            earlier = sentence.before(before, ())
            asked = {Kind.WHICH, Kind.SHOW, Kind.HOW_MANY, Kind.WHAT, Kind.BE}
            if earlier is not None and earlier.kind not in asked:
                item.kind = Kind.FILLER


def bounds_alone(sentence: Sentence) -> None:
    """At most, without an amount: the highest."""
    for item in sentence.all(Kind.COMPARE):
        following = sentence.after(item, (Kind.FILLER, Kind.PREPOSITION))
        alone = following is None or following.kind not in {Kind.QUANTITY, Kind.NUMBER}
        if alone and item.word in {"maximum of", "a maximum of"}:
            item.kind, item.value = Kind.AGGREGATE, Aggregate.MAXIMUM
        elif alone and item.word in {"minimum of", "a minimum of"}:
            item.kind, item.value = Kind.AGGREGATE, Aggregate.MINIMUM
        elif alone and item.word == "at most":
            item.kind, item.value = Kind.AGGREGATE, Aggregate.MAXIMUM
        elif alone and item.word == "at least" and sentence.has(Kind.METRIC):
            item.kind, item.value = Kind.AGGREGATE, Aggregate.MINIMUM


def hour_or_rate(sentence: Sentence) -> None:
    """For an hour: a length of time; so many an hour: a rate."""
    for item in sentence.all(Kind.AGGREGATE):
        if item.word != "an hour":
            continue
        before = sentence.before(item)
        if before is None or before.kind not in {Kind.METRIC, Kind.RECORD}:
            item.kind, item.value = Kind.QUANTITY, Amount(2, 3_600.0, "s", "hour")


def uptime_as_link(sentence: Sentence) -> None:
    """Uptime is how much of the time a device was heard from."""
    for item in sentence.all(Kind.METRIC):
        if item.word in {"uptime", "up time"}:
            item.kind, item.value = Kind.LINK, "uptime"


def ranks(sentence: Sentence) -> None:
    """Rank the gateways by latency: the most first."""
    ranked = sentence.has(Kind.METRIC, Kind.RECORD, Kind.LINK)
    if sentence.has(Kind.SUPERLATIVE) or not ranked:
        return
    for item in sentence.all(Kind.FILLER):
        if item.words[0] in RANKS:
            up = any("ascending" in one.words for one in sentence.items)
            item.kind, item.value = Kind.SUPERLATIVE, (Order.LEAST if up else Order.MOST, ())


def free_space(sentence: Sentence) -> None:
    """Free disk, memory left free: the part that is not used."""
    used = {"disk", "memory", "storage", "ram", "drive"}
    for item in sentence.all(Kind.UNKNOWN, Kind.FILLER, Kind.NAME_WORD, Kind.LINK):
        about = {word for one in sentence.all(Kind.METRIC) for word in one.words}
        if item.word in _FREE and about & used:
            asked = sentence.has(Kind.SUPERLATIVE, Kind.COMPARE, Kind.COMPARATIVE)
            if item.word in _LEFT and not (asked or sentence.has(Kind.HOW_MUCH)):
                continue
            item.kind = Kind.FILLER if asked else Kind.UNKNOWN
            sentence.free_space = asked


def bare_lengths(sentence: Sentence) -> None:
    """CPU of a till, 24h: a length of time that stands alone is the last of that length."""
    state = any(one.value in _STATES for one in sentence.all(Kind.LINK))
    degree = any(one.value[1] for one in sentence.all(Kind.SUPERLATIVE))
    named = degree or sentence.has(Kind.METRIC, Kind.RECORD, Kind.EVENT, Kind.LINK)
    if not named or state or sentence.has(
        Kind.WINDOW, Kind.COMPARE, Kind.COMPARATIVE, Kind.NOT, Kind.DURATION, Kind.ATTRIBUTE,
    ):  # fmt: skip
        return
    lengths = [one for one in sentence.all(Kind.QUANTITY) if one.value.unit == "s"]
    for item in lengths[:1]:
        seconds = int(item.value.value)
        if 60 <= seconds <= LENGTH_MAX_S:
            item.kind, item.value = Kind.WINDOW, Said(0, Rolling(length_s=seconds))


def long_ago(sentence: Sentence) -> None:
    """Went quiet more than an hour ago: a length of time, not a moment."""
    for item in sentence.all(Kind.WINDOW):
        window = item.value.window
        before = sentence.before(item)
        compared = before is not None and before.kind is Kind.COMPARE and sentence.has(Kind.LINK)
        if compared and isinstance(window, Rolling) and window.before_s:
            item.kind = Kind.QUANTITY
            item.value = Amount(len(item.words), float(window.before_s), "s")


def newest_device(sentence: Sentence) -> None:
    """The newest till: the one that was installed last."""
    for item in sentence.all(Kind.AGGREGATE):
        following = sentence.after(item)
        if item.word == "newest" and following is not None and following.kind in {
            Kind.DEVICES, Kind.TYPE,
        }:  # fmt: skip
            item.kind, item.value = Kind.SUPERLATIVE, (Order.LEAST, Attribute.AGE_DAYS)


def shares(sentence: Sentence) -> None:
    """What percentage of the devices: a share of them, which no plan can say."""
    for item in sentence.all(Kind.FILLER):
        following = sentence.after(item, (Kind.FILLER, Kind.PREPOSITION))
        things = {Kind.DEVICES, Kind.TYPE, Kind.SITES}
        if item.word in {"percentage", "percent"} and following and following.kind in things:
            item.kind = Kind.UNKNOWN


def whose_first(sentence: Sentence) -> None:
    """Whose warranty ends: which devices."""
    said = [item for item in sentence.items if item.kind not in {Kind.FILLER, Kind.COMMA}]
    if said and said[0].word == "whose":
        said[0].kind = Kind.WHICH


def handled(sentence: Sentence) -> None:
    """Payments that were handled: nothing was resolved."""
    if sentence.has(Kind.RECORD) or not sentence.has(Kind.METRIC):
        return
    for item in sentence.all(Kind.RESOLVE):
        item.kind = Kind.FILLER


def figures_for_words(sentence: Sentence) -> None:
    """4 last week: a figure for a word, as people in a hurry write."""
    for item in sentence.all(Kind.NUMBER):
        following = sentence.after(item, ())
        before = sentence.before(item, ())
        if item.word in {"4", "2"} and following is not None and following.kind in {
            Kind.WINDOW, Kind.DEVICE, Kind.SITE,
        }:  # fmt: skip
            numbered = before is not None and before.kind in {Kind.TYPE, Kind.PLACE, Kind.NAME_WORD}
            if not numbered:
                item.kind = Kind.FILLER


def by_whom(sentence: Sentence) -> None:
    """Handled by gw_1, by the tills at the depot: no groups."""
    for item in sentence.all(Kind.BY):
        following = sentence.after(item)
        direct = sentence.after(item, ())
        if item.word != "by" or following is None or (direct and direct.word in _GROUPS):
            continue
        last = following.words[-1]
        rose = sentence.has(Kind.TREND) and following.kind in {Kind.WINDOW, Kind.PREPOSITION}
        if rose or following.kind in {Kind.COMPARE, Kind.QUANTITY, Kind.NUMBER}:  # rose by 5 %
            item.kind = Kind.PREPOSITION
        plural = following.kind is Kind.TYPE and last.endswith("s") and last not in {"pos", "epos"}
        if following.kind in {Kind.DEVICE, Kind.SITE, Kind.PLACE} or plural:
            item.kind = Kind.PREPOSITION


def not_these(sentence: Sentence) -> None:
    """Neither tills nor sensors; that are not at the depot: all but those."""
    things = {Kind.TYPE, Kind.SITE, Kind.PLACE, Kind.DEVICE, Kind.TAG}
    for item in sentence.all(Kind.NOT):
        following = sentence.after(item, (Kind.FILLER, Kind.PREPOSITION, Kind.ANY))
        if item.word not in {"no", "nothing", "none"} and following and following.kind in things:
            item.kind = Kind.EXCEPT


_LEFT = bag("left remaining available")
_FREE = _LEFT | bag("free unused spare unoccupied")
_GROUPS = bag("category categories severity type site day week hour firmware kind cause")
_PEOPLE = bag("people users customers clients guests persons folk person user customer")
RANKS = bag("rank ranking ranked sort sorted order ordered")
_STATES = frozenset({"offline", "online", "silent", "report"})
_EVERY = bag("all our any across every the of")
RULES = (
    device_or_type,
    sensors_of, current_as_now, site_or_store, connected_people, verbs_and_nouns, all_sites,
    bounds_alone, hour_or_rate, uptime_as_link, ranks, whose_first, handled, figures_for_words,
    by_whom, not_these, free_space, bare_lengths, long_ago, newest_device, shares,
)  # fmt: skip
