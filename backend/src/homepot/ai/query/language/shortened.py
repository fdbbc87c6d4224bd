"""Names of sites, as people in a hurry shorten them."""

import re

from homepot.ai.query.language.tokens import words_of

_SHORT = {"street": "st", "avenue": "ave", "road": "rd", "market": "mkt", "center": "ctr",
          "centre": "ctr", "saint": "st", "building": "bldg", "warehouse": "whse",
          "north": "n", "south": "s", "east": "e", "west": "w", "station": "stn",
          "terminal": "term", "mount": "mt", "square": "sq", "pharmacy": "pharm",
          "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
          "seven": "7", "eight": "8", "nine": "9", "ten": "10"}  # fmt: skip


def otherwise(name: str, words: tuple[str, ...]) -> set[str]:
    """The name as people shorten it: Oak St, Lakeside N; with "and" for its sign."""
    found: set[str] = set()
    if len(words) > 1:
        found.add(" ".join(_SHORT.get(word, word) for word in words))
        for at in range(1, len(words)):  # a part of it: Oak St of Oak Street Pharmacy
            short = _SHORT.get(words[at], "")
            if len(short) > 1 or (short and at == len(words) - 1):
                found.add(" ".join((*words[:at], short)))
        if last := _SHORT.get(words[-1]):
            found.add(words[0] + ("" if len(last) == 1 else " ") + last)
    if "&" in name:
        for joint in ("and", "n"):
            whole = words_of(re.sub(r"\s*&\s*", f" {joint} ", name))
            found.add(" ".join(whole))
            if joint in whole:  # as far as the word after it
                found.add(" ".join(whole[: whole.index(joint) + 2]))
    if "&" in name and len(parts := [word for word in words if word != "and"]) > 1:
        found.add(" ".join(word[0] for word in parts[:2]))
    return found
