"""Who was told of an incident, in one sentence."""

from datetime import UTC, datetime

import pytest

from homepot.alerts.delivery_store import Decision, Delivery
from homepot.alerts.story import story_of

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def delivery(channel: str, state: str, problem: str | None = None) -> Delivery:
    return Delivery(
        1, "ALERT-1", channel, channel, "alert", state, AT, AT, None, 1, problem, None, [], []
    )


def decision(what: str, outcome: str) -> Decision:
    return Decision("INC-1", AT, what, outcome)


@pytest.mark.parametrize(
    ("deliveries", "decisions", "words"),
    [
        ([], [], "Nothing is known of anybody being told."),
        (
            [],
            [
                decision("closed", "Nobody had been told."),
                decision("worse", "No rule was switched on."),
                decision("opened", "No rule was switched on."),
            ],
            "Nobody was told. No rule was switched on.",
        ),
        (
            [delivery("Desk", "sent"), delivery("Desk", "sent"), delivery("Ada", "sent")],
            [decision("opened", "Desk is told.")],
            "Told: Desk, Ada.",
        ),
        (
            [
                delivery("Desk", "waiting", "The host does not answer."),
                delivery("Ada", "failed", "Refused."),
            ],
            [],
            "On its way to Desk (The host does not answer). It did not reach Ada (Refused).",
        ),
    ],
)
def test_it_says_who_was_told_or_why_nobody_was(
    deliveries: list[Delivery], decisions: list[Decision], words: str
) -> None:
    assert story_of(deliveries, decisions) == words
