"""Words that carry no meaning of their own here, and words of other subjects."""

from homepot.ai.query.language.words.reading import listed, split

FILLERS = frozenset(split(listed("small")["fillers"])) | frozenset("?!.…+#$£€-%°")
OFF_TOPIC = frozenset(split(listed("small")["off_topic"]))
