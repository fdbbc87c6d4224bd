import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homepot.fleet.devices import lifecycle as module
from homepot.fleet.devices.lifecycle import (
    ENDS_PAIRING,
    MOVES,
    Lifecycle,
    Move,
    State,
    WrongState,
    after,
    allowed_moves,
    state_of,
)


def test_examples_in_the_text_hold() -> None:
    assert doctest.testmod(module).failed == 0


@given(st.sampled_from(State), st.lists(st.sampled_from(Move), max_size=30))
def test_a_life_never_leaves_the_map(state: State, moves: list[Move]) -> None:
    """Whatever is asked in whatever order: allowed moves lead on, others change nothing."""
    for move in moves:
        if move in allowed_moves(state):
            state = after(move, state)
        else:
            with pytest.raises(WrongState) as refusal:
                after(move, state)
            assert f"is {state} " in refusal.value.detail
            assert refusal.value.extra["allowed"] == [str(m) for m in allowed_moves(state)]
        assert state_of(state.lifecycle, archived=state is State.ARCHIVED) is state


@given(st.sampled_from(State))
def test_from_every_state_every_other_can_be_reached(state: State) -> None:
    reached, seen = {state}, set[State]()
    while reached - seen:
        seen |= reached
        reached = {after(move, one) for one in seen for move in allowed_moves(one)}
    assert seen == set(State)


def test_archived_is_put_away_until_it_is_restored() -> None:
    assert allowed_moves(State.ARCHIVED) == [Move.RESTORE]
    assert after(Move.RESTORE, State.ARCHIVED) is State.PENDING
    assert State.ARCHIVED.lifecycle is Lifecycle.UNPAIRED


def test_a_suspended_device_cannot_pair_its_way_out() -> None:
    with pytest.raises(WrongState, match="suspended cannot be asked to pair; from here one can"):
        after(Move.PAIR, State.SUSPENDED)


def test_no_key_outlives_the_pairing() -> None:
    """Whatever leads out of a paired state for good ends the pairing."""
    paired = {State.ACTIVE, State.SUSPENDED}
    for move, ways in MOVES.items():
        for start, end in ways.items():
            if start in paired and end not in paired:
                assert move in ENDS_PAIRING
