"""The newest values, against the plain way to find them."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from homepot.telemetry.storage.newest import Newest, newest

rows = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.integers(0, 4),
        st.lists(st.sampled_from([math.nan, 1.0, 2.0]), min_size=3, max_size=3),
    ),
    min_size=1,
    max_size=12,
)


def part(rows: list[tuple[int, int, list[float]]]) -> Newest:
    return Newest(
        np.array([device for device, _, _ in rows]),
        np.array([at for _, at, _ in rows]),
        np.array([values for _, _, values in rows]),
    )


@given(st.lists(rows, min_size=1, max_size=3))
def test_of_each_metric_the_newest_value_stands_with_its_time(
    parts: list[list[tuple[int, int, list[float]]]],
) -> None:
    expected: dict[tuple[int, int], tuple[int, float]] = {}
    for number, at, said in (row for rows in parts for row in rows):
        for place, value in enumerate(said):
            if not math.isnan(value) and expected.get((number, place), (-1, 0))[0] <= at:
                expected[number, place] = (at, value)
    found = newest([part(rows) for rows in parts])
    times = found.times_us
    if times is None:
        times = np.repeat(found.at_us[:, None], 3, axis=1)
    assert expected == {
        (number, place): (int(times[row, place]), value)
        for row, number in enumerate(found.device.tolist())
        for place, value in enumerate(found.values[row].tolist())
        if not math.isnan(value)
    }
