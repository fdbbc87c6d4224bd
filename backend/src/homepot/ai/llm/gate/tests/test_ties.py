"""What is said together must be said together in the facts."""

from itertools import permutations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from homepot.ai.llm.gate import Facts, retells

SHOPS = (
    "Store North has 3 tills and 1 sensor, of which 1 is offline; Store South has 5 tills and 8"
    " sensors."
)
SHOP_FACTS = Facts(
    [
        SHOPS,
        "The average temperature was 20.5 °C at Store North and 31.0 °C at Store South.",
        "Device gw-1 had 4 incidents, of which 2 are open.",
        "gw-1 was restarted 3 times between 08:00 and 12:00.",
        "The health of gw-1 is 0.52 (warning), of gw-2 0.91 (healthy).",
    ],
    devices=["gw-1", "gw-2"],
    places=["Store North", "Store South"],
    terms=["temperature"],
    finding=SHOPS,
)
DISKS = "The highest disk used was 91.2 % on Till 1; Till 2 had 45.0 % and Till 3 had 12.5 %."
DISK_FACTS = Facts(
    [
        DISKS,
        "Till 2 is offline since 14:05.",
        "Over the last 7 days (from 14 to 21 November), the maximum disk used of Till 1 was 93 %.",
    ],
    devices=["Till 1", "Till 2", "Till 3"],
    terms=["disk used"],
    finding=DISKS,
)
NONE = "There are none: the incidents of Till 1 this week."
NO_INCIDENTS = Facts([NONE], devices=["Till 1"], finding=NONE)
ONLINE = "The status of Till 1: state online, disk used 49.2 %, 0 open incidents."
STATUS = Facts([ONLINE], devices=["Till 1"], terms=["disk used"], finding=ONLINE)
SILENT = "How long Till 1 was offline this week (from 16 November to 22 November 2026): 3 h 26 min."
OFFLINE = Facts([SILENT], devices=["Till 1"], finding=SILENT, value="3 h 26 min")
LOADS = (
    "The 3 devices with the highest load are Till 1 with 40 %, Till 2 with 30 % and Till 3 with"
    " 20 %."
)
TOP_3 = Facts([LOADS], devices=["Till 1", "Till 2", "Till 3"], terms=["load"], finding=LOADS)


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("Store North has 3 tills and 1 sensor.", SHOP_FACTS),
        ("There are 3 tills at Store North. gw-1 had 4 incidents.", SHOP_FACTS),
        ("Store North has 3 tills. Store South had 31.0 °C.", SHOP_FACTS),
        ("Store North has 3 tills. gw-1 restarted 3 times between 08:00 and 12:00.", SHOP_FACTS),
        ("Store North has 3 tills. The health of gw-2 is 0.91.", SHOP_FACTS),
        ("Till 1 had 91.2 %, Till 2 45.0 %, Till 3 12.5 %.", DISK_FACTS),
        ("91.2 % on Till 1. The maximum of Till 1 over the last 7 days was 93 %.", DISK_FACTS),
        ("Till 1 had the highest disk used, 91.2 %. Till 2 is offline since 14:05.", DISK_FACTS),
        ("There are none: the incidents of Till 1.", NO_INCIDENTS),
        ("The status of Till 1: state online, 0 open incidents.", STATUS),
        ("The status of Till 1: state online, disk used 49.2 %.", STATUS),
        ("How long Till 1 was offline this week: 3 h 26 min.", OFFLINE),
        ("The highest load is that of Till 1 with 40 %.", TOP_3),
        ("The 3 devices with the highest load: Till 1 with 40 %, Till 2 and Till 3.", TOP_3),
    ],
)
def test_what_is_together_in_the_facts_may_be_told_together(text: str, facts: Facts) -> None:
    assert retells(text, facts).reasons == ()


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("Store North has 1 till and 3 sensors.", SHOP_FACTS),
        ("Store North has 3 tills, of which 3 are offline.", SHOP_FACTS),
        ("3 tills of Store North are offline.", SHOP_FACTS),
        ("Store North has 3 tills. The average was 31.0 °C at Store North.", SHOP_FACTS),
        ("Store North has 3 tills. gw-1 had 4 open incidents.", SHOP_FACTS),
        ("Store North has 3 tills. gw-1 was restarted 3 times since 12:00.", SHOP_FACTS),
        ("Store North has 3 tills. gw-2 is in warning.", SHOP_FACTS),
        ("3 tills were restarted.", SHOP_FACTS),
        ("8 tills and 3 sensors.", SHOP_FACTS),
        ("Store South has 5 tills.", SHOP_FACTS),
        ("The highest disk used was 45.0 % on Till 2.", DISK_FACTS),
        ("Till 2 had 45.0 %.", DISK_FACTS),
        ("Till 1 had 91.2 %, and Till 1 is offline since 14:05.", DISK_FACTS),
        ("Till 1 had 91.2 % over the last 7 days.", DISK_FACTS),
        ("The incidents of Till 1 this week.", NO_INCIDENTS),
        ("The status of Till 1: state online, open incidents.", STATUS),
        ("Till 1 was offline this week.", OFFLINE),
        ("Till 1 was offline this week, from 16 November to 22 November.", OFFLINE),
        ("The 3 devices with the highest load are Till 1 and Till 2.", TOP_3),
        ("The 3 devices with the highest load are Till 1 (40 %) and Till 3 (20 %).", TOP_3),
    ],
)
def test_what_is_apart_in_the_facts_may_not(text: str, facts: Facts) -> None:
    assert not retells(text, facts)


NAMED = ("Till 1", "Till 2", "Till 3")
COUNTS = st.lists(st.integers(2, 500), min_size=3, max_size=3, unique=True)


@given(
    COUNTS, st.sampled_from(sorted(permutations(range(3)))), st.sampled_from(["; ", ", ", " and "])
)
def test_figures_may_change_their_place_but_not_their_owner(
    counts: list[int], order: tuple[int, ...], link: str
) -> None:
    """In whatever order they are told, each has its own; whoever swaps two of them is refused."""
    found = ", ".join(
        f"{name} had {count} restarts" for name, count in zip(NAMED, counts, strict=True)
    )
    facts = Facts([found + "."], devices=NAMED, finding=found)
    told = link.join(f"{NAMED[place]} had {counts[place]} restarts" for place in order)
    assert retells(told + ".", facts).reasons == ()
    assume(order != (0, 1, 2))
    swapped = link.join(
        f"{name} had {counts[place]} restarts" for name, place in zip(NAMED, order, strict=True)
    )
    assert not retells(swapped + ".", facts)


@given(st.lists(st.integers(2, 500), min_size=2, max_size=4, unique=True), st.data())
def test_counts_may_not_change_what_they_count(counts: list[int], data: st.DataObject) -> None:
    nouns = ["restarts", "anomalies", "incidents", "alerts"][: len(counts)]
    found = ", ".join(f"{count} {noun}" for count, noun in zip(counts, nouns, strict=True))
    facts = Facts([f"Till 1 had {found}."], devices=NAMED, finding=f"Till 1 had {found}.")
    assert retells(f"Till 1 had {found}.", facts)
    order = data.draw(st.permutations(nouns))
    assume(list(order) != nouns)
    told = ", ".join(f"{count} {noun}" for count, noun in zip(counts, order, strict=True))
    assert not retells(f"Till 1 had {told}.", facts)


PIECES = (
    "Till 1|Till 2|3 tills|91.2 %|this morning|yesterday|14:05|offline|the|and|,|.|;|:|(|)|had"
    "|highest|2 h|on 14 November|all|\n|µ"
)
SCRAPS = st.lists(st.sampled_from(PIECES.split("|")), max_size=14).map(" ".join)


@given(st.text(max_size=80) | SCRAPS, SCRAPS, SCRAPS)
def test_the_gate_judges_whatever_is_said(text: str, found: str, other: str) -> None:
    """Never an error in place of a verdict; the words of the facts themselves are let through or
    refused with a reason."""
    facts = Facts([found, other], devices=NAMED, finding=found)
    for said in (text, found, other):
        verdict = retells(said, facts)
        assert bool(verdict) is not bool(verdict.reasons)
