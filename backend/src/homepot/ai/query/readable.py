"""A plan as people read it."""

from homepot.ai.query.answering.fleet import Fleet
from homepot.ai.query.plan import Plan


def readable(plan: Plan, fleet: Fleet) -> str:
    """In the words of the language, where it has them."""
    del fleet
    return f"{plan.ask.value} {plan.of.value}"
