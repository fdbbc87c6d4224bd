"""Words that carry no meaning of their own here, and words of other subjects."""

from homepot.ai.query.language.words.reading import listed, split

FILLERS = frozenset(split(listed("small")["fillers"])) | frozenset("?!.…+#$£€-%°")
OFF_TOPIC = frozenset(split(listed("small")["off_topic"]))
# Passed over, too, where nothing of the fleet is called so.
PASSING = frozenset(
    phrase
    for group, said in listed("passing").items()
    if group != "not_adverbs"
    for phrase in split(said)
)
PASSING_WORDS = frozenset(word for phrase in PASSING for word in phrase.split())
_TELLING = frozenset(split(listed("passing")["not_adverbs"]))


def is_adverb(word: str) -> bool:
    """How something was done, which is never what is asked.

    >>> is_adverb("annoyingly"), is_adverb("hourly"), is_adverb("fly")
    (True, False, False)
    """
    return len(word) > 4 and word.endswith("ly") and word not in _TELLING
