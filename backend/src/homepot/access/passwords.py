"""Which passwords are taken, and the making of one-time passwords. Pure."""

import re
import secrets
import unicodedata

from homepot.core.ids import ALPHABET

LENGTH_MIN = 12
LENGTH_MAX = 1024
DIFFERENT_CHARACTERS_MIN = 5
_ONE_TIME_GROUPS = 5

# Rows of keys, the alphabet and the digits, forwards and backwards: what hands type unthinkingly.
_ROWS = ("01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz")
_RUNS = tuple(run for row in _ROWS for run in (row * 2, row[::-1] * 2))
_RUN_LENGTH = 4
# Words that stand in every list of stolen passwords, and our own.
_COMMON = ("password", "passwort", "letmein", "welcome", "iloveyou", "changeme", "admin", "homepot")
_LEFT_OVER_MIN = 6


def normalised(password: str) -> str:
    """The same password from every keyboard: é is one character or two, depending on it."""
    return unicodedata.normalize("NFKC", password)


def password_fault(password: str, *, username: str, name: str = "") -> str | None:
    """Why this password is not taken; None when it is."""
    text = normalised(password)
    if len(text) < LENGTH_MIN:
        return f"at least {LENGTH_MIN} characters are needed; a sentence is easy to remember"
    if len(text) > LENGTH_MAX:
        return f"at most {LENGTH_MAX} characters are taken"
    if any(unicodedata.category(char) in {"Cc", "Cs"} for char in text):
        return "control characters cannot be typed everywhere; leave them out"
    folded = text.casefold()
    if len(set(folded)) < DIFFERENT_CHARACTERS_MIN:
        return f"at least {DIFFERENT_CHARACTERS_MIN} different characters are needed"
    if re.fullmatch(r"(.{1,8}?)\1+", folded):
        return "it is one piece repeated"
    if len(_without_guessable(folded, username, name)) < _LEFT_OVER_MIN:
        return (
            "it is too easy to guess: mostly your name, a row of keys or a word that everybody uses"
        )
    return None


def _without_guessable(folded: str, username: str, name: str) -> str:
    """What is left after everything that a guesser tries first."""
    words = {part.casefold() for part in (username, name, *name.split()) if len(part) > 2}
    for word in sorted(words.union(_COMMON), key=len, reverse=True):
        folded = folded.replace(word, "")
    rest = ""
    at = 0
    while at < len(folded):
        piece = folded[at : at + _RUN_LENGTH]
        if len(piece) == _RUN_LENGTH and any(piece in run for run in _RUNS):
            at += _RUN_LENGTH
        else:
            rest += folded[at]
            at += 1
    return rest


def new_one_time_password() -> str:
    """Five groups of four, to be read out over the telephone: about 99 bits."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(_ONE_TIME_GROUPS))
    return "-".join(groups)
