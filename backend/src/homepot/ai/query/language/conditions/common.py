"""What several conditions need."""

from homepot.ai.query.language.sentence import Sentence
from homepot.ai.query.language.tags import Item, Kind
from homepot.ai.query.when import Rolling, Window


def is_negated(sentence: Sentence, item: Item) -> bool:
    """Not, shortly before it and not yet taken by something else."""
    place = sentence.place(item)
    for one in reversed(sentence.items[max(0, place - 5) : place]):
        if one.kind is Kind.NOT:
            one.used = True
            return True
        if one.kind in {Kind.AND, Kind.OR, Kind.COMMA, Kind.METRIC, Kind.RECORD}:
            return False
    return False


def last_week(sentence: Sentence) -> Window:
    sentence.note("no time was named: the last 7 days")
    return Rolling(length_s=7 * 86_400)
