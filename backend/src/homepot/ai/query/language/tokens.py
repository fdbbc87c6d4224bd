"""Text becomes words, each knowing where it stood: folded to lower case without accents, with
contractions said in full and units apart from their numbers. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

TEXT_MAX = 2_000
TOKENS_MAX = 300


@dataclass(frozen=True, slots=True)
class Token:
    word: str  # as it is compared
    text: str  # as it was written
    start: int
    end: int
    whole: str = ""  # all of what is written in one go, where this is a part of it: pos_1161
    parts: int = 1  # of it, from this one on


_SAME = str.maketrans(
    {
        "’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "«": '"',
        "»": '"', "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "…": " ", "×": "x", "º": "°",
        "ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "ł": "l",
    }
)  # fmt: skip

_PIECE = re.compile(
    r"""
    (?P<stamp>\d{4}-\d{1,2}-\d{1,2}
        (?:t\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:z|[+-]\d{2}:?\d{2})?)?(?![\w-]))
  | (?P<date>\d{1,2}/\d{1,2}(?:/(?:\d{4}|\d{2}))?(?![\w/])
        | \d{1,2}\.\d{1,2}\.(?:\d{4}|(?=\s|[?!,]|$))(?![\w]))
  | (?P<clock>\d{1,2}:\d{2}(?::\d{2})?(?=(?:am|pm|h|uhr)?\b)(?![:\d]))
  | (?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w,]))
  | (?P<short>\b(?:w/o|b/w|y/n|w/)(?!\d))
  | (?P<word>[^\W_](?:[\w'.:/&+#-]*[^\W_])?)
  | (?P<mark>°\s?[cf](?![^\W_])|<=|>=|!=|==|[%°<>=≥≤≠,;?!:()+#€$£@-])
    """,
    re.VERBOSE,
)
_GLUED = re.compile(r"(\d+(?:[.,]\d+)?)([^\W\d_]+)")
_WHOLE = {
    "can't": "can not", "cannot": "can not", "won't": "will not", "shan't": "shall not",
    "ain't": "is not", "let's": "let us", "y'all": "you", "o'clock": "oclock", "gimme": "give me",
    "lemme": "let me", "whats": "what is", "wheres": "where is", "whens": "when is",
    "hows": "how is", "whos": "who is", "whys": "why is", "havent": "have not",
    "hasnt": "has not", "isnt": "is not", "arent": "are not", "didnt": "did not",
    "doesnt": "does not", "dont": "do not", "wasnt": "was not", "werent": "were not",
    "hadnt": "had not", "wont": "will not", "wanna": "want to", "gonna": "going to",
    "gotta": "got to", "howmany": "how many", "alot": "a lot", "p/h": "per hour",
    "w/o": "without", "w/": "with", "b/w": "between",
    "y/n": "yes or no", "@": "at", "a.m": "am", "p.m": "pm", "a.m.": "am", "p.m.": "pm",
    "vs.": "vs", "e.g": "eg", "i.e": "ie", "avg.": "avg", "max.": "max", "min.": "min",
    "d'you": "do you", "d'ya": "do you", "'em": "them", "y'know": "you know", "c'mon": "come on",
    "what're": "what are", "where're": "where are", "how're": "how are", "who're": "who are",
    "ur": "your", "wats": "what is", "wots": "what is", "outta": "out of", "yest.": "yesterday",
    "yest": "yesterday", "yday": "yesterday", "y'day": "yesterday", "ystd": "yesterday",
    "2day": "today", "tdy": "today", "lil": "little", "dunno": "do not know",
    "temp.": "temp", "approx.": "approx", "no.": "no", "nr.": "nr",
}  # fmt: skip
_TAILS = {"n't": "not", "'re": "are", "'ve": "have", "'ll": "will", "'d": "did", "'m": "am"}
_PEOPLE = frozenset({"i", "we", "you", "he", "she", "they", "it", "who"})
_BEFORE_S = frozenset({
    "what", "where", "when", "how", "who", "why", "it", "that", "there", "here", "which", "he",
    "she", "everything", "anything", "nothing", "something", "everyone", "anyone", "someone",
})  # fmt: skip


@lru_cache(maxsize=50_000)
def folded(text: str) -> str:
    """
    >>> folded("Harbour CAFÉ"), folded("Straße")
    ('harbour cafe', 'strasse')
    """
    lowered = unicodedata.normalize("NFKC", text.translate(_SAME)).casefold().translate(_SAME)
    apart = unicodedata.normalize("NFKD", lowered)
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def tokens_of(text: str) -> list[Token]:
    """
    >>> " ".join(token.word for token in tokens_of("What's the AVG temp of pos_1161, 24h? >60%"))
    'what is the avg temp of pos 1161 , 24 h ? > 60 %'
    """
    plain, places = _plain(text)
    found: list[Token] = []
    for piece in _PIECE.finditer(plain):
        start, end = places[piece.start()], places[piece.end() - 1] + 1
        shown = text[start:end]
        for word in _split(piece.group(), str(piece.lastgroup)):
            parts = parts_of(word)
            for place, part in enumerate(parts):
                found.append(Token(part, shown, start, end, word, len(parts) - place))
        if len(found) > TOKENS_MAX:
            break
    return found


def words_of(text: str) -> tuple[str, ...]:
    """The words of a name, as a question that names it will have them."""
    return tuple(token.word for token in tokens_of(text) if token.word not in _MARKS)


_MARKS = frozenset("-,;:()?!#+")
_EACH = {"h": "hour", "hr": "hour", "d": "day", "min": "minute", "wk": "week"}


def parts_of(word: str) -> tuple[str, ...]:
    """
    >>> parts_of("24-hour"), parts_of("pos_1161"), parts_of("2.4.1"), parts_of("8-12")
    (('24', 'hour'), ('pos', '1161'), ('2.4.1',), ('8', '-', '12'))
    """
    if word in _MARKS or (not any(sign in word for sign in "-_/&+#':") and "." not in word):
        return (word,)
    if re.fullmatch(r"\d+(\.\d+)?-\d+(\.\d+)?", word):
        first, last = word.split("-")
        return (first, "-", last)
    if each := re.fullmatch(r"([a-z]{3,})/(h|hr|hour|d|day|min|minute|wk|week)", word):
        return (each[1], "per", _EACH.get(each[2], each[2]))
    if span := re.fullmatch(r"(\d[\d:.]*?)(am|pm|h)?-(\d[\d:.]*?)(am|pm|h)?", word):
        return tuple(part for part in (span[1], span[2], "-", span[3], span[4]) if part)
    if re.fullmatch(r"\d[\d.:/,-]*(t[\d:.+-]*z?)?", word):
        return (word,)
    return tuple(part for part in re.split(r"[-_/&+#':]+|\.(?!\d)|(?<!\d)\.", word) if part)


def _plain(text: str) -> tuple[str, list[int]]:
    """Folded, with the place in the text of each of its signs."""
    signs: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        if sign.isascii():
            kept = sign.lower()
        elif unicodedata.category(sign) in {"Cf", "Mn", "Me"}:
            kept = ""
        else:
            kept = _sign(sign)
        signs.append(kept)
        places.extend([place] * len(kept))
    return "".join(signs), places


@lru_cache(maxsize=5_000)
def _sign(sign: str) -> str:
    if unicodedata.category(sign) in {"So", "Sk", "Cn", "Co", "Cs"} and sign not in "°º´":
        return " "
    return folded(sign)


def _split(piece: str, kind: str) -> Iterator[str]:
    if kind == "number":
        yield piece.replace(",", "")
    elif kind in {"stamp", "date", "clock"}:
        yield piece
    elif kind == "mark":
        yield _WHOLE.get(piece, piece.replace(" ", ""))
    else:
        yield from _word(piece)


def _word(piece: str) -> Iterator[str]:
    if piece in _WHOLE:
        yield from _WHOLE[piece].split()
        return
    if piece.endswith("'d") and piece.removesuffix("'d") in _PEOPLE:  # I'd like
        yield from (piece.removesuffix("'d"), "would")
        return
    for tail, said in _TAILS.items():
        if piece.endswith(tail) and len(piece) > len(tail):
            yield from (piece.removesuffix(tail), said)
            return
    if piece.endswith("'s"):
        stem = piece.removesuffix("'s")
        yield stem
        yield "is" if stem in _BEFORE_S else "'s"
        return
    if glued := _GLUED.fullmatch(piece):
        yield from (glued[1].replace(",", "."), glued[2])
    elif "'" in piece:
        yield from (part for part in piece.split("'") if part)
    else:
        yield piece
