"""Tokens become tagged items: at each place the longest thing that can stand there wins."""

import re
from collections.abc import Sequence
from datetime import date

from homepot.ai.query.language.lexicon import Lexicon, squeezed
from homepot.ai.query.language.quantities import amount_at
from homepot.ai.query.language.tags import Item, Kind, Tag
from homepot.ai.query.language.times.reading import time_at
from homepot.ai.query.language.times.said import Said
from homepot.ai.query.language.times.words import NUMBERS, ORDINALS, TENS, WEEKDAYS
from homepot.ai.query.language.tokens import Token
from homepot.ai.query.language.words.reading import bag
from homepot.ai.query.language.words.small import FILLERS, is_adverb
from homepot.ai.query.language.words.thesaurus import real_words, thesaurus
from homepot.ai.query.plan import Aggregate

_ID_PARTS_MAX = 6
_ID = re.compile(r"[a-z]+[a-z0-9]*(?:[_-][a-z0-9]+)*\d[a-z0-9]*")
_NO_ID = re.compile(r"p\d{1,3}|co2|[a-z]{1,9}-\d{1,2}|v\d.*|\d+.*|h2o|ipv\d|top-?\d+|q[1-4]|\d+h")


def items_of(tokens: Sequence[Token], lexicon: Lexicon, today: date, ahead: bool) -> list[Item]:
    words = tuple(token.word for token in tokens)
    items: list[Item] = []
    at = 0
    while at < len(tokens):
        item = _item(tokens, words, at, lexicon, today, ahead, items)
        items.append(item)
        at = item.end
    return items


def _item(
    tokens: Sequence[Token], words: tuple[str, ...], at: int, lexicon: Lexicon, today: date,
    ahead: bool, before: list[Item],
) -> Item:  # fmt: skip
    if found := _device(tokens, at, lexicon):
        return _made(tokens, at, *found)
    if _is_nobodys(tokens[at], tokens[at - 1] if at else None, lexicon):
        return _made(tokens, at, Tag(Kind.UNKNOWN, "device"), tokens[at].parts)
    tags, length = lexicon.longest(words, at)
    said = time_at(words, at, today, ahead)
    if said and (_is_amount(words, at, said, before) or _is_named(words, at, said, lexicon)):
        said = None
    percentile = _percentile(words, at)
    if percentile and percentile[1] >= length:
        return _made(tokens, at, Tag(Kind.AGGREGATE, percentile[0]), percentile[1])
    own = bool(tags) and tags[0].kind in {Kind.DEVICE, Kind.SITE, Kind.FIRMWARE, Kind.PLACE}
    if said and (said.words > length or (said.words == length and not own)):
        return _made(tokens, at, Tag(Kind.WINDOW, said), said.words)
    amount = amount_at(words, at)
    release = bool(tags) and tags[0].kind is Kind.FIRMWARE and _is_release(before)
    if amount and not release and amount.words > length - (words[at] not in FILLERS):
        kind = Kind.QUANTITY if amount.unit else Kind.NUMBER
        return _made(tokens, at, Tag(kind, amount), amount.words)
    if tags:
        item = _made(tokens, at, tags[0], length)
        item.others = tuple(tags[1:])
        return item
    if unknown := _unknown_id(tokens, at):
        return unknown
    if is_adverb(words[at]):
        return _made(tokens, at, Tag(Kind.FILLER), 1)
    return _made(tokens, at, Tag(Kind.UNKNOWN), 1)


def _made(tokens: Sequence[Token], at: int, tag: Tag, length: int) -> Item:
    taken = tokens[at : at + length]
    text = " ".join(dict.fromkeys(token.text for token in taken))
    return Item(tag.kind, tag.value, tuple(token.word for token in taken), text, at, at + length)


def _device(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> tuple[Tag, int] | None:
    """A device by its id, however it is joined: POS-1161, pos 1161."""
    if at and tokens[at - 1].parts > 1:
        return None  # the middle of something written in one go
    joined = ""
    best = None
    for length in range(1, min(_ID_PARTS_MAX, len(tokens) - at) + 1):
        if not squeezed(tokens[at + length - 1].word):
            break
        joined += squeezed(tokens[at + length - 1].word)
        if tokens[at + length - 1].word in {",", "?", "-", ";"}:
            break
        device = lexicon.ids.get(joined)
        if (
            device
            and tokens[at + length - 1].parts == 1
            and (not joined.isalpha() or tokens[at].whole.lower() == device.lower())
        ):
            best = Tag(Kind.DEVICE, (device,)), length
    return best


def _is_nobodys(token: Token, before: Token | None, lexicon: Lexicon) -> bool:
    """Written in one go and beginning as ids here do, with figures, but no id: pos_0000."""
    whole = token.whole
    inside = before is not None and before.parts > 1
    if inside or token.parts < 2 or _NO_ID.fullmatch(whole) or not re.search(r"\d", whole):
        return False
    joined = "_" in whole or bool(re.search(r"\d{3}|-.*-", whole))
    return joined and token.word in lexicon.prefixes


def _unknown_id(tokens: Sequence[Token], at: int) -> Item | None:
    """What is written like an id but is nobody's."""
    token = tokens[at]
    whole = token.whole
    if (at and tokens[at - 1].parts > 1) or _NO_ID.fullmatch(whole) or not _ID.fullmatch(whole):
        return None
    return _made(tokens, at, Tag(Kind.UNKNOWN, "device"), token.parts)


def _percentile(words: tuple[str, ...], at: int) -> tuple[tuple[Aggregate, float], int] | None:
    if found := re.fullmatch(r"p(\d{1,2}(?:\.\d+)?)", words[at]):
        return (Aggregate.PERCENTILE, float(found[1])), 1
    if re.fullmatch(r"\d{1,2}(\.\d+)?", words[at]):
        taken = 2 if words[at + 1 : at + 2] in {("th",), ("st",), ("nd",), ("rd",)} else 1
        if words[at + taken : at + taken + 1] in {("percentile",), ("pctl",), ("percentil",)}:
            return (Aggregate.PERCENTILE, float(words[at])), taken + 1
    if (tens := NUMBERS.get(words[at])) and words[at + 2 : at + 3] == ("percentile",):
        ones = ORDINALS.get(words[at + 1], 10)
        if words[at] in TENS and ones < 10:
            return (Aggregate.PERCENTILE, tens + ones), 3
    if words[at + 1 : at + 2] == ("percentile",) and words[at] in _ROUND:
        return (Aggregate.PERCENTILE, _ROUND[words[at]]), 2
    following = words[at + 1] if at + 1 < len(words) else ""
    if words[at] == "percentile" and following.isdigit() and float(following) <= 100:
        return (Aggregate.PERCENTILE, float(following)), 2
    return None


_ROUND = {"ninetieth": 90.0, "fiftieth": 50.0, "eightieth": 80.0, "seventieth": 70.0}
_RELEASE = bag("run runs running firmware fw version ver on release build v software")


def _is_release(before: list[Item]) -> bool:
    """Firmware 3.3, running 7.0: no amount."""
    near = [one for one in before[-3:] if one.kind is not Kind.BE]
    compared = any(one.kind in {Kind.COMPARE, Kind.COMPARATIVE, Kind.METRIC} for one in near)
    return not compared and any(set(one.words) & _RELEASE for one in near)


def _is_named(words: tuple[str, ...], at: int, said: Said, lexicon: Lexicon) -> bool:
    """At Night & Day Market: the name of a place begins inside of what could be a time."""
    for inside in range(1, said.words):
        tags, length = lexicon.longest(words, at + inside)
        named = bool(tags) and tags[0].kind in {Kind.SITE, Kind.DEVICE, Kind.PLACE}
        if named and inside + length > said.words and length > 1:
            return True
    return False


_ASIDE = frozenset({Kind.FILLER, Kind.BE, Kind.PREPOSITION, Kind.COMMA, Kind.NOT})
_UNITS = bag("% percent ° degrees degree ms c f celsius pct °c °f w watts v volts")


def _is_amount(words: tuple[str, ...], at: int, said: Said, before: list[Item]) -> bool:
    """8 to 12 degrees, offline over 2 hours: an amount, though it could be a time."""
    following = words[at + said.words : at + said.words + 1]
    if said.loose and following and following[0] in _UNITS:
        return True
    if not said.loose:
        return False
    near = [item for item in before if item.kind not in _ASIDE][-1:]
    if said.hours is not None:  # between 2 and 8: of what was named just before, if it asks which
        asks = {item.kind for item in before}
        return bool(near) and near[0].kind is Kind.METRIC and Kind.WHICH in asks
    if said.window is not None and "over" in words[at : at + 2]:
        return bool(near) and near[0].kind in {Kind.LINK, Kind.ATTRIBUTE}
    return False


def mended(tokens: Sequence[Token], lexicon: Lexicon) -> tuple[list[Token], list[str]]:
    """With typos put right and words apart that belong together, and what was assumed."""
    found: list[Token] = []
    notes: list[str] = []
    capitals = sum(token.text[:1].isupper() for token in tokens) > len(tokens) / 2
    place = 0
    while place < len(tokens):
        token = tokens[place]
        word = token.word
        if word == "-" and not _is_dash_kept(tokens, place):
            pass
        elif _ends_release(tokens, place, lexicon):
            plain = word.removesuffix(".")
            found.append(Token(plain, plain, token.start, token.end - 1, plain))
        elif (joined := _joined(tokens, place, lexicon)) is not None:
            found.append(joined)
            place += 1
        elif _is_right(token, lexicon):
            found.append(token)
        elif word in lexicon.joined:
            parts = lexicon.joined[word]
            found.extend(Token(part, token.text, token.start, token.end, part) for part in parts)
        else:
            named = token.text[:1].isupper() and place > 0 and not capitals
            apart = lexicon.speller.apart(word) if not named else None
            if apart is not None:
                found.extend(Token(one, token.text, token.start, token.end, one) for one in apart)
                notes.append(f"“{token.text}” read as “{' '.join(apart)}”")
                place += 1
                continue
            better = lexicon.speller.mended(word, named)
            if better is not None:
                notes.append(f"“{token.text}” read as “{better}”")
            said = better or word
            found.append(Token(said, token.text, token.start, token.end, said))
        place += 1
    return found, notes


def _ends_release(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> bool:
    """Running firmware 3.3. - at the end of a sentence, and no day of March."""
    word = tokens[at].word
    tags = lexicon.tags(word[:-1]) if word.endswith(".") else []
    released = bool(tags) and tags[0].kind is Kind.FIRMWARE
    return released and at > 0 and tokens[at - 1].word in _RELEASE | {"firmwares", "on"}


def _is_right(token: Token, lexicon: Lexicon) -> bool:
    """Nothing is to be mended; annoyingly is none of the words it is like, nor is heart heat."""
    word, known = token.word, lexicon.speller.known
    if word in known or not word.isalpha() or token.parts > 1:
        return True
    if word in thesaurus() or word in real_words():
        return True
    return is_adverb(word) and word[:-2] in known


def _is_dash_kept(tokens: Sequence[Token], at: int) -> bool:
    """8 - 12, Monday - Wednesday, -18 degrees; not the dash in a name."""
    following = tokens[at + 1].word if at + 1 < len(tokens) else ""
    before = tokens[at - 1].word if at else ""
    return following[:1].isdigit() or before[:1].isdigit() or following in WEEKDAYS


def _joined(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> Token | None:
    """North gate: two words that the fleet writes as one."""
    if at + 1 >= len(tokens) or not (tokens[at].word + tokens[at + 1].word).isalpha():
        return None
    word = tokens[at].word + tokens[at + 1].word
    if (
        word not in lexicon.site_words
        or {tokens[at].word, tokens[at + 1].word} & lexicon.site_words
    ):
        return None
    text = f"{tokens[at].text} {tokens[at + 1].text}"
    return Token(word, text, tokens[at].start, tokens[at + 1].end, word)
