"""Numbers with their units, in figures and in words."""

import re
from collections.abc import Iterator
from dataclasses import replace

from homepot.ai.llm.gate.claims import Quantity
from homepot.ai.llm.gate.spans import Found, Sentence, any_of
from homepot.ai.llm.gate.words import ABOUT, COUNTED, MULTIPLES, NUMBERS, SPOKEN, UNITS

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_SIGN = r"(?P<sign>[-+−]\s?|(?:minus|plus)\s)?"
_FIGURE = rf"(?<![\w.,]){_SIGN}(?P<figure>{_NUMBER})(?![\d])"
_MULTIPLE = rf"(?:\s?(?P<short>k|M|bn)\b|\s(?P<multiple>{'|'.join(MULTIPLES)})\b)?"
_SPOKEN = any_of([*NUMBERS, *MULTIPLES, *SPOKEN])
_MORE = rf"[\s-]+(?:and[\s-]+)?(?=(?:{any_of([*NUMBERS, *MULTIPLES])})\b)"
_WORD = rf"\b(?P<word>(?:(?:{_SPOKEN})(?:{_MORE})?)+)\b"
_UNIT = rf"(?:[\s-]?(?P<unit>{any_of(list(UNITS))})(?![\w/²³]))?"
_FIGURES = re.compile(_FIGURE + _MULTIPLE + _UNIT + r"(?!\w)")
_WORDS = re.compile(_WORD + r"(?:\s(?:a|an|of an?))?" + _UNIT, re.IGNORECASE)
_MONEY = re.compile(
    rf"(?P<unit>[€$£]|\b(?:EUR|USD|GBP|CHF)\s)\s?(?P<figure>{_NUMBER})"
    r"(?:\s?(?P<short>k|M|bn)\b)?"
)
_A_SPAN = re.compile(
    r"\b(?:(?<=for )|(?<=in )|(?<=within )|(?<=after )|(?<=nearly )|(?<=almost )|(?<=about )"
    r"|(?<=over )|(?<=than ))an?\s(?P<unit>minute|hour|day|week|month|year)\b"
    r"|\ban?\s(?P<ago>minute|hour|day|week|month|year)(?=\s(?:ago|later|earlier|before|after)\b)",
    re.IGNORECASE,
)
_SHORT = {"k": 1e3, "M": 1e6, "bn": 1e9}
_COUNTED = re.compile(rf"[\s-](?:\w+\s){{0,2}}?(?P<noun>{any_of(list(COUNTED))})\b", re.IGNORECASE)
_PART_OF = re.compile(rf"\sof\s(?:\w+\s){{0,2}}?(?P<noun>{any_of(list(COUNTED))})\b", re.IGNORECASE)
_COUNTED_BEFORE = re.compile(rf"\b(?P<noun>{any_of(list(COUNTED))})\s?[:=]\s?$", re.IGNORECASE)
_NONE_OF = re.compile(
    rf"\b(?:no|without|without any|zero)\s(?:\w+\s){{0,2}}?(?P<noun>{any_of(list(COUNTED))})\b",
    re.IGNORECASE,
)
_HEDGE = re.compile(rf"(?<!\w)(?P<hedge>{any_of(list(ABOUT))})\s?(?:an?\s)?$", re.IGNORECASE)
_BY_CASE = {unit.lower(): unit for unit in UNITS if len(unit) > 2 and unit.isalpha()}
_AGO = re.compile(r"\s(?:ago|earlier today)\b")
_TIMES = re.compile(r"\b(?P<times>once|twice)\b", re.IGNORECASE)


def quantities(sentence: Sentence) -> list[Found]:
    found: list[Found] = []
    for pattern, read in (
        (_MONEY, _figure), (_FIGURES, _figure), (_NONE_OF, _none), (_A_SPAN, _span_of_one),
        (_WORDS, _word), (_TIMES, _times),
    ):  # fmt: skip
        for match in list(sentence.matches(pattern)):
            if not sentence.is_free(*match.span()):
                continue
            quantity = read(match)
            if quantity is None:
                continue
            quantity = _named(sentence, match, quantity)
            start, quantity = _hedged(sentence, match.start(), quantity)
            end = match.end()
            if quantity.dimension == "duration" and (ago := _AGO.match(sentence.text, end)):
                quantity, end = replace(quantity, dimension="ago"), ago.end()
            sentence.take(start, end)
            found.append(Found(start, end, quantity))
    found.sort(key=lambda one: one.start)
    return list(_joined(sentence, _with_shared_units(sentence, found)))


def _figure(match: re.Match[str]) -> Quantity:
    groups = match.groupdict()
    digits = groups["figure"].replace(",", "")
    number = float(digits)
    step = 10.0 ** -len(digits.partition(".")[2])
    if groups.get("sign") and groups["sign"].strip() in {"-", "−", "minus"}:
        number = -number
    many = _SHORT.get(groups.get("short") or "", 1.0)
    many *= MULTIPLES.get(groups.get("multiple") or "", 1)
    return _measured(number * many, step * many, groups.get("unit"))


def _word(match: re.Match[str]) -> Quantity | None:
    words = re.split(r"[\s-]+", match["word"].lower())
    if words == ["one"] and not match["unit"] and not _COUNTED.match(match.string, match.end()):
        return None  # the one that
    total = part = 0.0
    for word in words:
        if word in MULTIPLES:
            part = max(part, 1) * MULTIPLES[word]
            if word != "hundred":
                total, part = total + part, 0.0
        elif word != "and":
            part += NUMBERS.get(word, 0) + SPOKEN.get(word, 0)
    number = total + part
    if words == ["half"] and not match["unit"]:
        return Quantity(0.5, 0.01, "share", 0.5)
    step = 1.0 if number == int(number) else 0.1
    return _measured(number, step, match["unit"])


def _none(match: re.Match[str]) -> Quantity:
    return Quantity(0.0, 1.0, COUNTED[match["noun"].lower()], 0.0)


def _span_of_one(match: re.Match[str]) -> Quantity:
    return _measured(1.0, 1.0, match["unit"] or match["ago"])


def _times(match: re.Match[str]) -> Quantity:
    number = 1.0 if match["times"].lower() == "once" else 2.0
    return Quantity(number, 1.0, COUNTED["time"], number)


def _measured(number: float, step: float, unit: str | None) -> Quantity:
    if unit is None:
        return Quantity(number, step, "", number)
    unit = unit.strip()
    known = UNITS.get(unit) or UNITS[_BY_CASE[unit.lower()]]
    dimension, factor = known
    return Quantity(number * factor, step * factor, dimension, number)


def _named(sentence: Sentence, match: re.Match[str], quantity: Quantity) -> Quantity:
    """A bare number takes what it counts from the noun beside it, a share what it is a part of."""
    if quantity.dimension == "share" and (whole := _PART_OF.match(sentence.text, match.end())):
        return replace(quantity, dimension=share_of(COUNTED[whole["noun"].lower()]))
    if quantity.dimension:
        return quantity
    after = _COUNTED.match(sentence.text, match.end())
    before = _COUNTED_BEFORE.search(sentence.text[: match.start()])
    noun = after or before
    return replace(quantity, dimension=COUNTED[noun["noun"].lower()]) if noun else quantity


def share_of(counted: str) -> str:
    """The dimension of a part of what is counted: a share of devices is not one of CPU."""
    return counted.replace("count of", "share of")


def _hedged(sentence: Sentence, start: int, quantity: Quantity) -> tuple[int, Quantity]:
    hedge = _HEDGE.search(sentence.text[:start])
    if hedge is None or not sentence.is_free(hedge.start(), start):
        return start, quantity
    # Above and below stay to be read: they are directions too.
    word = hedge["hedge"].lower()
    begins = (
        start if word in {"above", "below", "exceeded", "exceeding", "beyond"} else hedge.start()
    )
    return begins, replace(quantity, about=ABOUT[word])


def _with_shared_units(sentence: Sentence, found: list[Found]) -> list[Found]:
    """In "9 to 12 °C" and "9 and 12 °C" both are degrees."""
    shared = list(found)
    for place in range(len(found) - 2, -1, -1):
        one, other = shared[place], shared[place + 1]
        assert isinstance(one.what, Quantity)
        assert isinstance(other.what, Quantity)
        link = sentence.between(one, other).strip().lower()
        if not one.what.dimension and other.what.dimension and link in _LINKS:
            factor = other.what.value / other.what.number if other.what.number else 1.0
            quantity = replace(
                one.what,
                value=one.what.number * factor,
                step=one.what.step * factor,
                dimension=other.what.dimension,
            )
            shared[place] = Found(one.start, one.end, quantity)
    return shared


_LINKS = {"-", "–", "—", "to", "and", "or", "up to", "and then", "of", "out of", "of the"}


def _joined(sentence: Sentence, found: list[Found]) -> Iterator[Found]:
    """One hour and thirty minutes are one duration."""
    waiting: Found | None = None
    for one in found:
        if waiting is not None and _continues(sentence, waiting, one):
            first, second = waiting.what, one.what
            assert isinstance(first, Quantity)
            assert isinstance(second, Quantity)
            joint = replace(
                second, value=first.value + second.value, number=first.value, about=first.about
            )
            sentence.take(waiting.start, one.end)
            waiting = Found(waiting.start, one.end, joint)
            continue
        if waiting is not None:
            yield waiting
        waiting = one
    if waiting is not None:
        yield waiting


def _continues(sentence: Sentence, one: Found, other: Found) -> bool:
    first, second = one.what, other.what
    return (
        isinstance(first, Quantity)
        and isinstance(second, Quantity)
        and first.dimension == "duration"
        and second.dimension in {"duration", "ago"}
        and second.value < first.step
        and sentence.between(one, other).strip().lower() in {"", "and", ","}
    )


def covers(fact: Quantity, said: Quantity, falling: bool) -> bool:
    """Whether the number that was said is the one of the fact, rounded and converted fairly.

    `falling` is whether the sentence says that something went down: then 3 % may be -3 %.
    """
    pair = _comparable(fact, said)
    if pair is None:
        return False
    true, told = pair
    if told > 0 > true and falling:
        true = -true
    if said.dimension.startswith(("count", "ordinal")):
        return true == told if not said.about else _hedge_holds(true, told, 0.0, said.about)
    if said.about == "nearly":
        return _hedge_holds(true, told, 0.0, said.about)
    rounding = min(said.step / 2, abs(true) / 10) * (1 + 1e-9)
    return abs(true - told) <= max(rounding, 1e-9 * abs(true)) or _hedge_holds(
        true, told, rounding, said.about
    )


def _hedge_holds(true: float, told: float, rounding: float, about: str) -> bool:
    room = max(rounding, abs(true) / 20)
    if about == "about":
        return abs(true - told) <= room
    if about == "over":
        return told <= true <= told * 1.1
    if about == "under":
        return told * 0.9 <= true <= told
    if about == "nearly":
        return told * 0.9 <= true < told
    return False


def _comparable(fact: Quantity, said: Quantity) -> tuple[float, float] | None:
    """Both numbers in one unit; None where they are not of one kind."""
    if fact.dimension == said.dimension:
        return fact.value, said.value
    measured = not fact.dimension.startswith("count")
    if said.dimension == "" and measured:
        return fact.number, said.number
    if said.dimension == "degrees" and fact.dimension in {"celsius", "fahrenheit"}:
        return fact.number, said.number
    if said.dimension == "share" and fact.dimension.startswith("share"):
        return fact.value, said.value
    if said.dimension == "share" and fact.dimension == "" and abs(fact.number) <= 1:
        return fact.number, said.value
    return None
