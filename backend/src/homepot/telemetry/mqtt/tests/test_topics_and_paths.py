"""Topics, places in a document, and which filters are enough."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homepot.telemetry.intake.batch import METRIC_NAME
from homepot.telemetry.mqtt.maps import covers, filters, parse, shipped
from homepot.telemetry.mqtt.paths import (
    LEAVES_MAX,
    TooDeep,
    at,
    fitting,
    leaves,
    metric_name,
    parsed,
    shortened,
)
from homepot.telemetry.mqtt.topics import pattern


@pytest.mark.parametrize(
    ("text", "topic", "device"),
    [
        ("a/{device}/c", "a/b/c", "b"),
        ("a/{device}/c", "a/b/x/c", None),
        ("a/{device}", "a/", None),
        ("a/{device...}", "a/b/c", "b/c"),
        ("a/{device...}/set/#", "a/b/c/set", "b/c"),
        ("a/{device...}/set/#", "a/b/c/set/brightness", "b/c"),
        ("a/{device...}/set/#", "a/b/settled", None),
        ("+/{device}/c", "x/b/c", "b"),
        ("a/bridge/#", "a/bridge", ""),
        ("a/bridge/#", "a/bridges", None),
        ("a.b/{device}", "axb/c", None),
        ("a/{device}", "a/b\nc", "b\nc"),
    ],
)
def test_a_pattern_finds_the_device(text: str, topic: str, device: str | None) -> None:
    assert pattern(text).device_of(topic) == device


@pytest.mark.parametrize(
    "text", ["", "a/#/b", "a/b+", "a/x{device}", "{device}/{device}", "a/{thing}", "a\0b", "a/b#"]
)
def test_what_is_no_pattern_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        pattern(text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("zigbee2mqtt/{device...}/availability", "zigbee2mqtt/#"),
        ("tele/{device}/SENSOR", "tele/+/SENSOR"),
        ("a/+/{device}/#", "a/+/+/#"),
    ],
)
def test_a_pattern_asks_the_broker_for_its_topics(text: str, wanted: str) -> None:
    assert pattern(text).filter == wanted


def test_no_filter_is_asked_for_twice() -> None:
    maps = [*shipped("zigbee2mqtt").maps, *shipped("tasmota").maps]
    assert filters(maps) == [
        "homepot/+/telemetry",
        "tele/+/LWT",
        "tele/+/SENSOR",
        "tele/+/STATE",
        "zigbee2mqtt/#",
    ]


LEVELS = st.lists(st.sampled_from(["a", "b", "+"]), min_size=1, max_size=3)
FILTERS = st.builds(
    lambda levels, more: "/".join(levels + more), LEVELS, st.sampled_from([[], ["#"]])
)
TOPICS = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=4).map("/".join)


def is_asked_for(asked: str, topic: str) -> bool:
    """What the standard says, level by level."""
    wanted, there = asked.split("/"), topic.split("/")
    if wanted[-1] == "#":
        wanted, there = wanted[:-1], there[: len(wanted) - 1]
    return len(wanted) == len(there) and all(
        one in ("+", other) for one, other in zip(wanted, there, strict=True)
    )


@given(FILTERS, FILTERS, TOPICS)
def test_a_filter_that_covers_another_misses_none_of_its_topics(
    wide: str, narrow: str, topic: str
) -> None:
    if covers(wide, narrow) and is_asked_for(narrow, topic):
        assert is_asked_for(wide, topic)


KEYS = st.text(min_size=1, max_size=8)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inside: st.dictionaries(KEYS, inside, max_size=4) | st.lists(inside, max_size=4),
    max_leaves=20,
)


@given(DOCUMENTS)
def test_every_value_is_found_again_at_its_place(document: object) -> None:
    try:
        found = list(leaves(document))
    except TooDeep:
        return
    for path, value in found:
        assert at(document, path) is value
        assert fitting(path, path) == [part for part in path if part == "*"]


@given(
    st.lists(
        st.text(min_size=1, max_size=40).map(lambda key: key.replace("\\", "")),
        min_size=1,
        max_size=8,
    )
)
def test_a_written_path_is_read_back(parts: list[str]) -> None:
    if all(parts):
        written = ".".join(part.replace(".", "\\.") for part in parts)
        assert parsed(written) == tuple(parts)


@given(st.lists(st.text(max_size=40), max_size=8).map(tuple))
def test_every_place_has_a_name_that_a_metric_can_have(parts: tuple[str, ...]) -> None:
    assert METRIC_NAME.fullmatch(metric_name(parts))
    assert METRIC_NAME.fullmatch(shortened(metric_name(parts)))


def test_too_many_values_and_levels_are_refused() -> None:
    deep: object = 1
    for _ in range(20):
        deep = {"a": deep}
    for document in (deep, list(range(LEAVES_MAX + 1))):
        with pytest.raises(TooDeep, match="levels or"):
            list(leaves(document))


@pytest.mark.parametrize("text", ["", ".", "a.", "a..b", ".".join("abcdefghi")])
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a path is"):
        parsed(text)


def test_a_map_tells_values_apart_by_their_stars() -> None:
    (map_,) = parse(
        "maps:\n  - {topic: '{device}', metrics: {'*.*.T': '{2}_{1}_celsius'}}", "x"
    ).maps
    ((_, target),) = map_.star_targets
    assert target.name(["A-1", "B"]) == "b_a_1_celsius"
