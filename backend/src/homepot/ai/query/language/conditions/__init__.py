"""What must hold of devices: a measure of each, compared. Each kind of condition is a rule."""

from collections.abc import Callable

from homepot.ai.query.language.conditions.amounts import amounts
from homepot.ai.query.language.conditions.cards import firmware, installed, warranty
from homepot.ai.query.language.conditions.happened import (
    forecasts,
    health,
    none_of,
    records,
    trends,
)
from homepot.ai.query.language.conditions.heard import links
from homepot.ai.query.language.sentence import Sentence
from homepot.ai.query.plan import Condition

Rule = Callable[[Sentence], list[Condition]]
RULES: tuple[Rule, ...] = (
    amounts, warranty, firmware, installed, forecasts, records, none_of, links, trends, health,
)  # fmt: skip


def conditions_of(sentence: Sentence) -> list[Condition]:
    """Every condition that the question names, each by its own rule."""
    return [condition for rule in RULES for condition in rule(sentence)]
