"""When a bucket is made: once, after its end; and again for what comes late."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from homepot.telemetry.rollups.due import CLOSED_AFTER, due
from homepot.telemetry.rollups.logic import FIVE_MINUTES, HOUR, Committed, bucket_of

START = datetime(2026, 11, 21, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def live(minutes: int, *, late: dict[int, int] | None = None) -> Counter[tuple[str, datetime]]:
    """A device that reports each minute, looked at each half minute: how often what is made."""
    made: Counter[tuple[str, datetime]] = Counter()
    commits: list[tuple[datetime, Committed]] = []
    before = START
    for step in range(minutes * 2):
        now = START + step * MINUTE / 2
        if step % 2 == 0:
            at = now - (late or {}).get(step // 2, 0) * MINUTE
            commits.append((now, Committed(at, at, [1])))
        new = [one for moment, one in commits if moment > before or step == 0]
        seen = [one for moment, one in commits if moment <= before and step]
        for piece in due(new, seen, before, now):
            bucket = piece.first
            while bucket < piece.end:
                made["5m", bucket] += 1
                bucket += FIVE_MINUTES
            if not piece.fine_only:
                made["1h", bucket_of(piece.first, HOUR)] += 1
        before = now
    return made


def test_a_bucket_is_made_when_it_is_over_and_once_more_with_its_hour() -> None:
    made = live(65)
    assert made["1h", START] == 1
    assert {made["5m", START + n * FIVE_MINUTES] for n in range(12)} <= {1, 2}
    assert made["5m", START + HOUR] == 0


def test_what_comes_late_makes_its_bucket_again() -> None:
    made = live(30, late={20: 15})
    assert made["5m", START + FIVE_MINUTES] == 2
    assert made["5m", START + 2 * FIVE_MINUTES] >= 1


@given(st.dictionaries(st.integers(0, 79), st.integers(0, 70)))
def test_whatever_comes_when_every_closed_bucket_with_a_reading_is_made(
    late: dict[int, int],
) -> None:
    minutes = 80
    made = live(minutes, late=late)
    closed = START + (minutes - 0.5) * MINUTE - CLOSED_AFTER
    for minute in range(minutes):
        at = START + minute * MINUTE - late.get(minute, 0) * MINUTE
        for span, name in ((FIVE_MINUTES, "5m"), (HOUR, "1h")):
            bucket = bucket_of(at, span)
            if bucket + span <= bucket_of(closed, span):
                assert made[name, bucket] >= 1
