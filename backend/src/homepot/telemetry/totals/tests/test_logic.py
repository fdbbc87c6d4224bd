"""Which days and hours are read from sums: with the readings, everything once, nothing twice."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from homepot.telemetry.totals.logic import LENGTHS, Late, Made, Part, Span, Sums, edges, laid

START = datetime(2026, 3, 1, tzinfo=UTC)
minutes = st.integers(0, 6_000).map(lambda n: START + timedelta(minutes=n))


@st.composite
def spans(draw: st.DrawFn) -> list[Span]:
    moments = sorted(set(draw(st.lists(minutes, min_size=2, max_size=8))))
    return [
        Span(a, b, n) for n, (a, b) in enumerate(zip(moments[::2], moments[1::2], strict=False))
    ]


lates = st.lists(
    st.builds(
        lambda device, at, length: Late(device, at, at + timedelta(minutes=length)),
        st.integers(0, 4),
        minutes,
        st.integers(0, 2_000),
    ),
    max_size=4,
)


def labels_at(found: Sequence[Span], at: datetime) -> list[int]:
    return [span.label for span in found if span.start <= at < span.end]


@given(
    given_spans=spans(),
    hours_at=st.none() | minutes,
    quarters_at=st.none() | minutes,
    days_at=st.none() | minutes,
    is_dense=st.booleans(),
    behind=lates,
    at=minutes,
)
def test_each_moment_of_each_device_is_read_once_under_its_label(
    given_spans: list[Span],
    hours_at: datetime | None,
    quarters_at: datetime | None,
    days_at: datetime | None,
    is_dense: bool,
    behind: list[Late],
    at: datetime,
) -> None:
    part = Part([0, 1, 2], [7, 8, 9], [0, 0, 1], given_spans)
    made: dict[Sums, datetime | None] = {
        "rollups_1h": hours_at, "rollups_6h": quarters_at, "rollups_1d": days_at,
    }  # fmt: skip
    if is_dense:
        made["rollups_5m"] = hours_at
    found = laid(part, made, behind)
    assert sorted(d for one in found for d in one.part.devices) == [0, 1, 2]
    for one in found:
        for device in one.part.devices:
            summed = [label for read in one.summed.values() for label in labels_at(read, at)]
            assert [*summed, *labels_at(one.raw, at)] == labels_at(given_spans, at)
            for late in behind:
                if late.device == device and late.first <= at <= late.last:
                    assert summed == []
        for source, read in one.summed.items():
            assert not read or made[source] is not None
            assert all((moment - START) % LENGTHS[source] == timedelta(0) for moment in edges(read))
            assert edges(read) == sorted(edges(read))


def test_a_long_window_is_read_by_the_day_and_at_its_ends_by_the_hour() -> None:
    """Where something came late, by the hour up to the hour it came in."""
    day, hour = timedelta(days=1), timedelta(hours=1)
    part = Part([0, 1], [0, 1], [0, 0], [Span(START - 5 * day - hour / 2, START + 3 * hour / 2)])
    made: Made = {"rollups_1h": START + day, "rollups_1d": START + day}
    late = Late(1, START - 2 * day + hour, START - 2 * day + hour)
    touched, clean = laid(part, made, [late])
    assert clean.part.devices == [0]
    assert clean.summed == {
        "rollups_1d": [Span(START - 5 * day, START)],
        "rollups_1h": [Span(START, START + hour)],
    }
    assert clean.raw == [
        Span(START - 5 * day - hour / 2, START - 5 * day),
        Span(START + hour, START + 3 * hour / 2),
    ]
    assert touched.summed == {
        "rollups_1d": [Span(START - 5 * day, START - 2 * day), Span(START - day, START)],
        "rollups_1h": [
            Span(START - 2 * day, START - 2 * day + hour),
            Span(START - 2 * day + 2 * hour, START - day),
            Span(START, START + hour),
        ],
    }
    assert Span(START - 2 * day + hour, START - 2 * day + 2 * hour) in touched.raw


def test_what_days_leave_is_read_by_the_quarter_and_by_the_hour() -> None:
    day, hour = timedelta(days=1), timedelta(hours=1)
    at = START + day + 20 * hour
    made: Made = {"rollups_1h": at, "rollups_6h": at, "rollups_1d": at, "rollups_5m": at}
    window = Span(START - 2 * day + 16 * hour, at - timedelta(minutes=7))
    (found,) = laid(Part([0], [0], [0], [window]), made, [])
    assert found.summed == {
        "rollups_1d": [Span(START - day, START + day)],
        "rollups_6h": [Span(START - 30 * hour, START - day), Span(START + day, at - 2 * hour)],
        "rollups_1h": [Span(START - 32 * hour, START - 30 * hour), Span(at - 2 * hour, at - hour)],
        "rollups_5m": [Span(at - hour, at - timedelta(minutes=10))],
    }
    assert found.raw == [Span(at - timedelta(minutes=10), window.end)]


def test_a_part_keeps_what_belongs_to_a_device() -> None:
    part = Part([4, 5, 6], [1, 2, 3], [0, 1, 0], [])
    some = part.of({6, 4})
    assert (some.devices, some.groups, some.metrics) == ([4, 6], [1, 3], [0, 0])
