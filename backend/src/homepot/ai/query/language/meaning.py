"""Words that nobody knows here, by what they mean: those of the thesaurus are put as the word that
they stand for, and it is said aloud."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from homepot.ai.query.language.tags import Item, Kind
from homepot.ai.query.language.tokens import Token
from homepot.ai.query.language.words.thesaurus import stands_for

_AT_START = frozenset({Kind.FILLER, Kind.COMMA})


@dataclass
class Otherwise:
    """A question in other words: what was assumed, and which words were passed over."""

    tokens: list[Token] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)


def put_otherwise(tokens: Sequence[Token], items: Sequence[Item]) -> Otherwise | None:
    """With each unknown word as the one that it stands for, or None where none stands for anything.
    A name, as capitals tell, stands for itself."""
    capitals = sum(token.text[:1].isupper() for token in tokens) > len(tokens) / 2
    put = Otherwise()
    for place, item in enumerate(items):
        own = tokens[item.start : item.end]
        meant = None
        first = all(one.kind in _AT_START for one in items[:place])
        named = item.text[:1].isupper() and not (capitals or first)
        as_written = len(own) == 1 and own[0].word in own[0].text.lower()
        if item.kind is Kind.UNKNOWN and item.value is None and as_written and not named:
            meant = stands_for(own[0].word, first=first)
        if meant is None:
            put.tokens += own
            continue
        put.tokens += [Token(one, item.text, own[0].start, own[0].end, one) for one in meant]
        if meant:
            put.notes.append(f"“{item.text}” taken as “{' '.join(meant)}”")
        else:
            put.passed.append(item.text)
    return put if put.notes or put.passed else None
