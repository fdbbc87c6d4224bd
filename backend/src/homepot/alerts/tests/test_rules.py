"""Properties of the pure decisions: rules, silences, hours, grouping, retries."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homepot.alerts.grouping import AT_ONCE_MAX, WINDOW, due_for
from homepot.alerts.occurrence import SEVERITIES, Subject
from homepot.alerts.retry import GIVEN_UP_AFTER, next_try, pause
from homepot.alerts.rules import (
    Place,
    Rule,
    Silence,
    covers,
    decide,
    digest_at,
    escalates_at,
    next_moment,
    quiet_because,
    silenced,
)

LISBON = ZoneInfo("Europe/Lisbon")
MOMENTS = st.datetimes(
    datetime(2026, 1, 1),  # noqa: DTZ001
    datetime(2027, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
# Around both changes of the clock in Lisbon in 2026.
TURNS = [datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)]
WORDS = st.sampled_from(["a", "b", "c"])
SUBJECTS = st.builds(
    Subject,
    severity=st.sampled_from(SEVERITIES),
    category=st.sampled_from(["storage", "power"]),
    site_id=WORDS,
    device_id=st.none() | WORDS,
    types=st.frozensets(WORDS, max_size=2),
    tags=st.frozensets(WORDS, max_size=2),
    member_ids=st.frozensets(WORDS, min_size=1),
)
TIMES = st.integers(0, 23 * 60 + 45).map(lambda m: f"{m // 60:02}:{m % 60:02}")
HOURS = st.lists(
    st.fixed_dictionaries({"weekday": st.integers(0, 6), "start": TIMES, "end": TIMES}), max_size=3
)
SILENCES = st.builds(
    Silence,
    id=st.integers(1, 9),
    until=MOMENTS,
    device_id=st.none() | WORDS,
    site_id=st.none() | WORDS,
    tag=st.none() | WORDS,
    category=st.none() | st.just("storage"),
)


@given(SUBJECTS)
def test_a_rule_without_conditions_is_about_everything_from_its_severity_up(
    subject: Subject,
) -> None:
    assert covers(Rule(1, severity_min="info"), subject)
    assert covers(Rule(1, severity_min="critical"), subject) == (subject.severity == "critical")


@given(SUBJECTS, st.frozensets(WORDS), st.frozensets(WORDS), st.frozensets(WORDS))
def test_a_condition_more_never_makes_a_rule_about_more(
    subject: Subject, sites: frozenset[str], types: frozenset[str], tags: frozenset[str]
) -> None:
    narrow = Rule(1, "info", site_ids=sites, types=types, tags=tags)
    if covers(narrow, subject):
        assert covers(Rule(1, "info", site_ids=sites, types=types), subject)
        assert not sites or subject.site_id in sites
        assert not tags or subject.tags & tags


@given(st.lists(SILENCES, max_size=5), SUBJECTS, MOMENTS)
def test_a_silence_never_outlasts_itself_and_the_longest_counts(
    given_: list[Silence], subject: Subject, now: datetime
) -> None:
    found = silenced(given_, subject, now)
    fitting = [one for one in given_ if silenced([one], subject, now)]
    assert (found is None) == (not fitting)
    if found is not None:
        assert found.until > now
        assert found.until == max(one.until for one in fitting)


def test_one_silent_device_does_not_silence_its_whole_site() -> None:
    silence = Silence(1, TURNS[0] + timedelta(days=1), device_id="till")
    together = Subject("critical", "power", "pier", None, member_ids=frozenset({"till", "safe"}))
    alone = Subject("critical", "power", "pier", None, member_ids=frozenset({"till"}))
    assert silenced([silence], together, TURNS[0]) is None
    assert silenced([silence], alone, TURNS[0]) == silence


def test_a_type_is_silenced_where_all_that_is_struck_is_of_it() -> None:
    silence = Silence(1, TURNS[0] + timedelta(days=1), type="till")
    till = Subject("critical", "power", "pier", "a", types=frozenset({"till"}))
    mixed = Subject("critical", "power", "pier", None, types=frozenset({"till", "gateway"}))
    assert silenced([silence], till, TURNS[0]) == silence
    assert silenced([silence], mixed, TURNS[0]) is None


@given(HOURS, HOURS, MOMENTS)
def test_what_is_held_is_held_until_the_rule_may_speak(
    hours: list[dict[str, object]], maintenance: list[dict[str, object]], now: datetime
) -> None:
    rule, place = Rule(1, hours=hours), Place(LISBON, maintenance=maintenance)
    at = next_moment(rule, place, now)
    assert at > now
    if at < now + timedelta(days=8):
        assert quiet_because(rule, place, at) is None


@pytest.mark.parametrize("turn", TURNS)
@given(minutes=st.integers(-36 * 60, 36 * 60))
def test_hours_go_by_the_wall_clock_across_a_change_of_it(turn: datetime, minutes: int) -> None:
    now = turn + timedelta(minutes=minutes)
    hours = [{"weekday": day, "start": "08:00", "end": "18:00"} for day in range(7)]
    told = quiet_because(Rule(1, hours=hours), Place(LISBON), now) is None
    assert told == (8 <= now.astimezone(LISBON).hour < 18)


@pytest.mark.parametrize("turn", TURNS)
@given(minutes=st.integers(-36 * 60, 36 * 60), at=TIMES)
def test_a_daily_digest_comes_every_day_at_its_time(turn: datetime, minutes: int, at: str) -> None:
    now = turn + timedelta(minutes=minutes)
    rule = Rule(1, digest="daily", digest_at=at, timezone="Europe/Lisbon")
    first = digest_at(rule, now)
    second = digest_at(rule, first)
    assert now < first <= now + timedelta(hours=25)
    assert timedelta(hours=22) < second - first <= timedelta(hours=26)
    days = second.astimezone(LISBON).date() - first.astimezone(LISBON).date()
    assert days == timedelta(days=1)


@given(SUBJECTS, st.lists(SILENCES, max_size=3), HOURS, MOMENTS)
def test_a_verdict_is_one_of_four_and_says_when(
    subject: Subject, quiet: list[Silence], hours: list[dict[str, object]], now: datetime
) -> None:
    verdict = decide(Rule(1, hours=hours, digest="hourly"), subject, Place(LISBON), quiet, now)
    assert verdict.kind in ("no", "hold", "digest")
    assert (verdict.at is None) == (verdict.kind == "no")
    assert verdict.at is None or verdict.at > now
    assert verdict.why


def test_a_closed_site_holds_what_is_for_opening_hours() -> None:
    schedule = [{"weekday": 0, "open": "08:00", "close": "18:00", "closed": False}]
    place = Place(LISBON, schedule)
    sunday = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert quiet_because(Rule(1, opening="open"), place, sunday) == "the site is closed"
    assert quiet_because(Rule(1, opening="closed"), place, sunday) is None
    assert next_moment(Rule(1, opening="open"), place, sunday) == datetime(
        2026, 3, 2, 8, tzinfo=UTC
    )
    # Who told no hours is told of everything.
    assert quiet_because(Rule(1, opening="open"), Place(LISBON), sunday) is None


def test_escalation_needs_both_a_time_and_somebody() -> None:
    rule = Rule(1, escalate_after_min=15, escalate_channel_ids=("boss",))
    assert escalates_at(rule, TURNS[0]) == TURNS[0] + timedelta(minutes=15)
    assert escalates_at(Rule(1, escalate_after_min=15), TURNS[0]) is None


@given(st.lists(st.integers(0, 600), max_size=60))
def test_no_minute_has_more_messages_than_a_person_reads(gaps: list[int]) -> None:
    """However incidents come, of one channel no more than a few messages go out in a minute."""
    now, waiting = TURNS[0], None
    sent: list[datetime] = []
    for gap in gaps:
        now += timedelta(seconds=gap / 10)
        if waiting is not None and waiting <= now:
            sent.append(waiting)
            waiting = None
        if waiting is None:
            waiting = due_for(sent, now)
    for one in sent:
        assert sum(one - WINDOW < other <= one for other in sent) <= AT_ONCE_MAX


@given(st.integers(1, 200), st.floats(0, 1, exclude_max=True))
def test_a_pause_is_bounded_and_grows(attempts: int, luck: float) -> None:
    assert timedelta(seconds=5) <= pause(attempts, luck) <= timedelta(minutes=30)
    assert pause(attempts, luck) <= pause(attempts + 1, luck)


@given(st.floats(0, 1, exclude_max=True))
def test_a_channel_that_is_down_for_a_day_is_still_tried_afterwards(luck: float) -> None:
    now = created = TURNS[0]
    attempts, last = 1, created
    while (at := next_try(attempts, created, now, luck)) is not None:
        now = last = at
        attempts += 1
    assert timedelta(hours=24) < last - created < GIVEN_UP_AFTER
    assert attempts < 130
