"""Which hours are read from sums: with the readings beside them everything once, nothing twice."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from homepot.telemetry.totals.logic import Late, Part, Span, edges, laid

START = datetime(2026, 3, 1, tzinfo=UTC)
minutes = st.integers(0, 2_000).map(lambda n: START + timedelta(minutes=n))


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
        st.integers(0, 200),
    ),
    max_size=4,
)


def labels_at(found: list[Span], at: datetime) -> list[int]:
    return [span.label for span in found if span.start <= at < span.end]


@given(given_spans=spans(), made_at=st.none() | minutes, behind=lates, at=minutes)
def test_each_moment_of_each_device_is_read_once_under_its_label(
    given_spans: list[Span], made_at: datetime | None, behind: list[Late], at: datetime
) -> None:
    part = Part([0, 1, 2], [7, 8, 9], [0, 0, 1], given_spans)
    found = laid(part, made_at, behind)
    assert sorted(d for one in found for d in one.part.devices) == [0, 1, 2]
    for one in found:
        for device in one.part.devices:
            read = [*labels_at(list(one.hours), at), *labels_at(list(one.raw), at)]
            assert read == labels_at(given_spans, at)
            for late in behind:
                if late.device == device and late.first <= at <= late.last:
                    assert labels_at(list(one.hours), at) == []
        assert all(span.start.minute == span.end.minute == 0 for span in one.hours)
        order = edges(list(one.hours))
        assert order == sorted(order)
        if made_at is None:
            assert not one.hours


def test_a_part_keeps_what_belongs_to_a_device() -> None:
    part = Part([4, 5, 6], [1, 2, 3], [0, 1, 0], [])
    some = part.of({6, 4})
    assert (some.devices, some.groups, some.metrics) == ([4, 6], [1, 3], [0, 0])
