"""What is refused as a whole: orders to change something, secrets, SQL, and orders to forget the
rules. A sentence that mixes one of these with an honest question is refused too."""

import re

from homepot.ai.query.language.words.reading import bag, listed, split

_LISTS = listed("forbidden")
_VERBS, _THINGS = "|".join(split(_LISTS["verbs"])), "|".join(split(_LISTS["things"]))
_BARE, _ADDED = "|".join(split(_LISTS["bare_verbs"])), "|".join(split(_LISTS["added_verbs"]))
# An order stands at the beginning of the sentence or of a part of it, perhaps after a politeness.
_START = (
    r"(?:^|[.;:!?,]\s*|\b(?:and|then|please|now|also|first|kindly|just|or|to|you|should|must"
    r"|go ahead and|before that|after that|afterwards|but first|let us|quickly|immediately|try to"
    r"|want to|like to|i|we|system)\s+)"
)
_POLITE = r"^(?:please |pls |kindly |now |just )*"
_NO_ORDER = (  # "update rate of gw_1", "reset to the"
    r"(?! (?:rate|usage|speed|value|level|cost|risk|detection|temperature|to the))"
)
_LINK = r"\b(?:and|then|,|;|\.)\s*(?:then |please |also |immediately |afterwards )*"
_WOULD = (
    r"\b(?:can|could|would|will) (?:you|u|someone|somebody|we|i) (?:please |kindly |now |just )*"
)
_THEM = r"\s+(?:it|them|that|those|all|the|every|everything|each|table|to)\b"

_ALWAYS = ("sql", "secrets", "injection", "orders", "others")
_PATTERNS = (
    *(re.compile("|".join(_LISTS[name])) for name in _ALWAYS),
    re.compile(rf"{_POLITE}(?:{_BARE})\b{_NO_ORDER}"),
    re.compile(rf"{_LINK}(?:{_ADDED}){_THEM}"),
    re.compile(rf"{_WOULD}(?:{_BARE})\b(?! up\b)"),
)
_ORDER = re.compile(rf"{_START}(?:{_VERBS})\s+(?:\w+\s+)?(?:{_THINGS})\b")
_HARMLESS_WORDS = re.compile(
    r"\b(?:add(?:ing|ed)? (?:up|together)|update (?:me|us)|set of|call(?:ed)? up|order of"
    r"|(?:restart|reboot|update|upgrade) (?:count|counts|tally|frequency))\b"
)
_HARMLESS = re.compile(
    r"\b(?:add up|set up|call(?:ed)? |start(?:ing)? (?:of|with)|close to|order of|store|post"
    r"|share of|change in)"
)
_ASKED = bag("did does do was were when has have had who how which what is are")


def is_forbidden(plain: str) -> bool:
    """Whether a folded text asks for what is never done.

    >>> is_forbidden("restart gw_1"), is_forbidden("when was the last restart of gw_1?")
    (True, False)
    """
    plain = _HARMLESS_WORDS.sub("show", plain)
    return any(pattern.search(plain) for pattern in _PATTERNS) or any(
        not _HARMLESS.match(plain, found.start()) and not _is_asked(plain, found.start())
        for found in _ORDER.finditer(plain)
    )


def _is_asked(plain: str, at: int) -> bool:
    """Did we restart the gateway; when did they update the till: asked, not ordered."""
    before = plain[:at].split()[:4]
    following = plain[at : at + 30].split()
    return bool(_ASKED & set(before)) and not {"then", "please", "and"} & set(following)
