import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homepot.fleet.commands.logic import (
    FINISHED,
    LIVE_FOR,
    RESULT_BYTES_MAX,
    Life,
    Status,
    kept_result,
    report,
)
from homepot.fleet.commands.permissions import COMMAND_TYPES, DEFAULTS, missing, needed_for

BORN = datetime(2026, 3, 1, tzinfo=UTC)
DEATH = BORN + LIVE_FOR
statuses = st.sampled_from(["pending", "sent", "completed", "failed", "expired"])
steps = st.lists(st.tuples(st.integers(0, 400), statuses), max_size=12).map(sorted)


def lived(story: list[tuple[int, Status]]) -> list[tuple[datetime, Status, Life]]:
    """Play what a device says, in order of time; each entry is the life after that word."""
    life = Life("pending", DEATH, None)
    told = []
    for second, said in story:
        now = BORN + timedelta(seconds=second)
        step = report(life, said, now)
        if step.to is not None:
            life = Life(step.to, DEATH, now if step.to == "sent" else life.sent_at)
        told.append((now, said, life))
    return told


@given(steps)
def test_a_finished_command_never_changes_again(story: list[tuple[int, Status]]) -> None:
    ends = [life.status for _, _, life in lived(story) if life.status in FINISHED]
    assert len(set(ends)) <= 1


@given(steps)
def test_no_command_is_delivered_after_its_time(story: list[tuple[int, Status]]) -> None:
    for _, _, life in lived(story):
        assert life.sent_at is None or life.sent_at < DEATH


@given(steps)
def test_what_never_arrived_in_time_is_never_done(story: list[tuple[int, Status]]) -> None:
    spoken = lived(story)
    for (now, _, life), (_, _, before) in zip(spoken[1:], spoken, strict=False):
        if now >= DEATH and before.sent_at is None and before.status not in FINISHED:
            assert life.status not in FINISHED


@given(steps, st.sampled_from(["sent", "completed", "failed"]))
def test_saying_it_again_changes_nothing(story: list[tuple[int, Status]], said: Status) -> None:
    life = lived(story)[-1][2] if story else Life("pending", DEATH, None)
    now = BORN + timedelta(seconds=401)
    first = report(life, said, now)
    if first.to is not None:
        again = report(Life(first.to, DEATH, life.sent_at), said, now)
        assert again.to is None
        assert again.refusal is None


@pytest.mark.parametrize(
    ("life", "said", "to"),
    [
        (Life("pending", DEATH, None), "sent", "sent"),
        (Life("pending", DEATH, None), "failed", "failed"),
        (Life("sent", DEATH, BORN), "completed", "completed"),
        (Life("sent", DEATH, BORN), "expired", "expired"),
    ],
)
def test_the_ways_through_life(life: Life, said: Status, to: Status) -> None:
    assert report(life, said, BORN).to == to


def test_it_expires_at_the_moment_itself() -> None:
    life = Life("pending", DEATH, None)
    assert life.at(DEATH - timedelta(microseconds=1)) == "pending"
    assert life.at(DEATH) == "expired"
    assert report(life, "sent", DEATH).refusal is not None


def test_a_late_answer_to_what_arrived_in_time_is_kept() -> None:
    assert report(Life("sent", DEATH, BORN), "completed", DEATH).to == "completed"
    assert report(Life("expired", DEATH, BORN), "failed", DEATH).to == "failed"


def test_another_ending_is_refused() -> None:
    step = report(Life("completed", DEATH, BORN), "failed", BORN)
    assert step.to is None
    assert step.refusal is not None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(json_values)
def test_whatever_a_program_prints_can_be_stored(value: object) -> None:
    spelled = json.dumps(kept_result(value), allow_nan=False, ensure_ascii=False)
    assert "\\u0000" not in spelled
    spelled.encode()


def test_a_small_result_is_kept_as_it_is() -> None:
    result = {"exit_code": 0, "stdout": "one\ntwo\n"}
    assert kept_result(result) == result


def test_a_huge_result_says_that_it_was_cut() -> None:
    kept = kept_result({"stdout": "ä" * RESULT_BYTES_MAX})
    assert kept["truncated"] is True
    assert kept["size_bytes"] > 2 * RESULT_BYTES_MAX
    assert kept["beginning"].startswith('{"stdout": "ää')
    assert len(kept["beginning"].encode()) <= RESULT_BYTES_MAX


def test_every_command_needs_a_permission_that_exists() -> None:
    for command_type in COMMAND_TYPES:
        assert set(needed_for(command_type, None)) <= set(DEFAULTS)


@pytest.mark.parametrize("yes", [True, 1, "true", "no", None])
def test_running_as_root_needs_root_however_it_is_spelled(yes: object) -> None:
    assert needed_for("run_command", {"run_as_root": yes}) == ["command_execution", "root_access"]
    assert "root_access" in needed_for("run_script", {"data": {"run_as_root": yes}})
    assert "root_access" not in needed_for("run_command", {"run_as_root": False})


def test_nothing_but_contact_is_granted_by_itself() -> None:
    assert missing(["contact"], {}) == []
    assert missing(["contact"], {"contact": False}) == ["contact"]
    assert missing(["command_execution", "root_access"], {"command_execution": True}) == [
        "root_access"
    ]
