"""A plan as people read it, and can ask it again."""

from homepot.ai.query.answering.fleet import Fleet
from homepot.ai.query.language import describe
from homepot.ai.query.plan import Plan


def readable(plan: Plan, fleet: Fleet) -> str:
    return describe(plan, fleet.vocabulary)
