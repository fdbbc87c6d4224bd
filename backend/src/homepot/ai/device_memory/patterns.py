"""An incident as it is remembered, a question about incidents, and what comes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from homepot.ai.device_memory.signature import Signature
from homepot.ai.embedding import Vectors

# What is longer is cut and says so, here and in the list of incidents. The vector is made from
# the beginning anyway.
NOTE_CHARACTERS_MAX = 100_000
CUT = " … (cut: the note was longer)"


def cut(note: str) -> str:
    """
    >>> len(cut("x" * 1_000_000)), cut("short")
    (100000, 'short')
    """
    readable = note.encode("utf-8", "replace").decode("utf-8")
    if len(readable) <= NOTE_CHARACTERS_MAX:
        return readable
    return readable[: NOTE_CHARACTERS_MAX - len(CUT)] + CUT


@dataclass(frozen=True)
class IncidentPattern:
    """An incident, live or recorded. The same id again is the same incident, told anew."""

    description: str
    incident_id: str | None = None
    device_id: str | None = None
    category: str | None = None
    severity: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    resolution: str | None = None
    effective: bool | None = None  # whether the resolution worked; None: nobody said
    signature: Signature | None = None


@dataclass(frozen=True)
class Saved:
    incident_id: str
    is_new: bool
    is_cut: bool  # whether a note was longer than what is kept


@dataclass(frozen=True)
class Pattern:
    """A row of memory."""

    id: int
    incident_id: str
    device_id: str | None
    category: str
    severity: str | None
    started_at: datetime | None
    ended_at: datetime | None
    description: str
    resolution: str | None
    effective: bool | None
    signature: Signature | None
    embedding: Vectors | None
    embedding_model: str | None


@dataclass(frozen=True)
class Question:
    """What happened before that looked like this? By words, by signature, or by both."""

    text: str = ""
    signature: Signature | None = None
    known_by: datetime | None = None  # only incidents that had ended by then
    without: str | None = None  # an incident's id: it is not its own likeness


@dataclass(frozen=True)
class Match:
    pattern: Pattern
    score: float  # how probable it is that both are of one kind, 0 to 1
    by_metrics: float | None
    by_words: float | None


@dataclass(frozen=True)
class Recommendation:
    """What worked on the most similar cases, and these cases as the evidence."""

    resolution: str
    worked: int
    tried: int
    incident_ids: Sequence[str]


@dataclass(frozen=True)
class Answer:
    """The best first; none where nothing is similar. A warning says what was not as it should."""

    matches: Sequence[Match]
    recommendation: Recommendation | None
    nearest_score: float | None  # of the best one, also where it is not similar enough
    warning: str | None = None
    # Whether words could be compared; without a model that embeds them they could not.
    compared_words: bool = True
