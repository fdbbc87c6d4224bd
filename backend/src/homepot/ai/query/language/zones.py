"""By which clock a time is meant, where somebody says so: 8 am UTC, Oslo time."""

from zoneinfo import ZoneInfo

from homepot.ai.query.language.sentence import Sentence, UnansweredError
from homepot.ai.query.language.tags import Item, Kind
from homepot.ai.query.language.times.zones import zone_of
from homepot.ai.query.language.words.reading import bag
from homepot.ai.query.plan import NoAnswer

_OWN = bag("local site store shop their its own")
_TIME = bag("time clock")


def zoned(sentence: Sentence) -> None:
    """Takes the words that name a clock and remembers whose it is."""
    timed = any(item.kind is Kind.WINDOW for item in sentence.items)
    for place, item in enumerate(sentence.items):
        if not timed:
            return
        following = sentence.items[place + 1] if place + 1 < len(sentence.items) else None
        is_time = following is not None and following.words[0] in _TIME
        if item.words[-1] in _OWN and is_time:
            _take(item, following)
        elif item.kind is Kind.UNKNOWN and (zone := zone_of(item.words[-1], is_time)):
            _say(sentence, ZoneInfo(zone), item.text)
            _take(item, following if is_time else None)
        elif item.kind is Kind.SITE and is_time and len(item.value) == 1:
            site = sentence.lexicon.vocabulary.by_site[item.value[0]]
            _say(sentence, ZoneInfo(site.timezone), site.name)
            _take(item, following)


def _take(item: Item, following: Item | None) -> None:
    item.kind = Kind.FILLER
    if following is not None:
        following.kind = Kind.FILLER


def _say(sentence: Sentence, zone: ZoneInfo, said: str) -> None:
    if sentence.zone is not None and sentence.zone != zone:
        raise UnansweredError(NoAnswer.NOT_UNDERSTOOD, said)
    sentence.zone = zone
    sentence.note(f"times by the clock of {zone.key}")
