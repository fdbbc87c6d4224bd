from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from homepot.fleet.moments import AHEAD_MAX, EARLIEST, Moment, in_bounds

NOW = datetime(2026, 3, 1, tzinfo=UTC)
moments: TypeAdapter[datetime] = TypeAdapter(Moment)
zones = st.integers(-840, 840).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(timezones=zones | st.none()))
def test_any_time_is_either_refused_or_within_bounds(moment: datetime) -> None:
    try:
        taken = in_bounds(moment, NOW)
    except ValueError:
        return
    assert taken.tzinfo is UTC
    assert EARLIEST <= taken <= NOW + AHEAD_MAX


@pytest.mark.parametrize(
    "wrong",
    ["1999-12-31T23:59:59Z", "2999-01-01T00:00:00Z", "yesterday", "", True, [], 1e300, "NaN",
     float("nan"), "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(wrong: object) -> None:
    with pytest.raises(ValidationError):
        moments.validate_python(wrong)


@pytest.mark.parametrize(
    "spelled", ["2026-03-01T12:00:00Z", "2026-03-01T12:00:00", "2026-03-01T14:00:00+02:00",
                1772366400]
)  # fmt: skip
def test_one_time_in_many_spellings(spelled: object) -> None:
    assert moments.validate_python(spelled) == datetime(2026, 3, 1, 12, tzinfo=UTC)
