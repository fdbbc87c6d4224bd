"""Words for what was written down: categories of incidents, kinds of events."""

from homepot.ai.query.language.words.reading import listed, split

CATEGORIES = {
    word: category for category, said in listed("records")["categories"].items()
    for word in split(said)
}  # fmt: skip
# Parts of the names of kinds of events, and how people say them.
EVENTS = tuple((split(row["marks"]), split(row["said"])) for row in listed("records")["events"])
