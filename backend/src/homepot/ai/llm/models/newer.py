"""Whether a newer model may be had: by what is known here, nobody outside is asked. Pure."""

from datetime import datetime, timedelta

from homepot.ai.llm.doors.door import Model
from homepot.ai.llm.models.shelf import Here

ASK_AGAIN_AFTER = timedelta(days=31)


def another_file(one: Here) -> bool:
    """Whether the catalogue names another file by now than the one that was pulled."""
    known = one.entry.sha256 if one.entry else None
    return one.is_pulled and known is not None and known != one.sha256


def long_ago(one: Model, now: datetime) -> int | None:
    """Days since Ollama last fetched it, where that is a month or more; a pull asks anew."""
    if one.fetched_at is None or now - one.fetched_at < ASK_AGAIN_AFTER:
        return None
    return (now - one.fetched_at).days
