"""What a model was given to retell: statements in plain words, and who and what exists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo


@dataclass(frozen=True)
class Facts:
    """The statements are all that may be said. The names are given so that each is recognised:
    a device that exists but stands in no statement may not be named."""

    statements: Sequence[str]
    devices: Sequence[str] = ()
    places: Sequence[str] = ()
    terms: Sequence[str] = ()  # metrics, as the statements call them
    # Other names of the same: "Till 3" is pos_1161.
    same: Mapping[str, str] = field(default_factory=dict)
    # What was asked for: a retelling begins with it. Its value, where it has one: "3 h 26 min".
    finding: str | None = None
    value: str | None = None
    now: datetime | None = None
    timezone: tzinfo = UTC
