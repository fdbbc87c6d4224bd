"""Words for what was written down: categories of incidents, kinds of events."""

from collections.abc import Iterator

from homepot.ai.query.language.words.reading import bag, listed, split

CATEGORIES = {
    word: category for category, said in listed("records")["categories"].items()
    for word in split(said)
}  # fmt: skip
# Parts of the names of kinds of events, and how people say them.
EVENTS = tuple((split(row["marks"]), split(row["said"])) for row in listed("records")["events"])
_NO_VERBS = bag("event alarm error status report open start stop reset check log door on off up")


def verbs(words: tuple[str, ...]) -> Iterator[str]:
    """It jammed; it had its paper jammed: of an event that is named by what happens.

    >>> list(verbs(("paper", "jam")))
    ['jammed', 'jamming']
    >>> list(verbs(("config", "changed")))[0]
    'config got changed'
    """
    if len(words) == 2 and words[1].endswith("ed"):
        for verb in ("got", "was", "were", "has been", "have been", "had been", "gets", "is"):
            yield f"{words[0]} {verb} {words[1]}"
        yield f"{words[1]} {words[0]}"
    stem = words[-1] if len(words) == 2 else ""
    if not 3 <= len(stem) <= 6 or stem in _NO_VERBS or stem.endswith(("ed", "s", "e", "ing")):
        return
    closed = len(stem) == 3 and stem[1] in "aeiou" and stem[0] not in "aeiou"
    yield stem + (stem[-1] if closed else "") + "ed"
    yield stem + (stem[-1] if closed else "") + "ing"
