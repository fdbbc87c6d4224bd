"""What is said a second time: words that a plan has no more use for, as it says it already."""

from collections.abc import Iterable

from homepot.ai.query.language.tags import Item, Kind
from homepot.ai.query.plan import Aggregate, Ask, Attribute, OfLink, OfMetric, Order, Plan

_MOST = frozenset({Aggregate.MAXIMUM, Aggregate.WHEN_HIGHEST})
_LEAST = frozenset({Aggregate.MINIMUM, Aggregate.WHEN_LOWEST})
_SPREADS = frozenset({Aggregate.SPREAD, Aggregate.RANGE})
_SUMS = frozenset({Aggregate.SUM, Aggregate.COUNT, Aggregate.RATE})


def is_repeated(item: Item, plan: Plan) -> bool:
    """Whether a phrase only says again what is in the plan: the temperature it reported last."""
    aggregates = set(_aggregates(plan))
    match item.kind:
        case Kind.LINK:
            return item.value == "report" and bool(aggregates)
        case Kind.TREND:
            most = item.value is Order.MOST
            return bool(aggregates) and aggregates <= (_MOST if most else _LEAST)
        case Kind.CHANGE:
            return bool(aggregates) and aggregates <= _SPREADS
        case Kind.SUPERLATIVE:
            way = item.value[0] if isinstance(item.value, tuple) else None
            if not isinstance(way, Order) or not aggregates:
                return False
            return aggregates <= (_MOST if way is Order.MOST else _LEAST)
        case Kind.AGGREGATE:
            return _summed_alike(item, plan, aggregates)
        case Kind.COMPARATIVE:
            way = item.value[0] if isinstance(item.value, tuple) else None
            return plan.ask is Ask.COMPARE and way is not None and way is plan.compare
        case Kind.HOW_MANY | Kind.HOW_MUCH:
            return _is_number(plan, aggregates)
        case Kind.ATTRIBUTE:
            return item.value is Attribute.SITE and bool(plan.scope.sites)
    return False


def _summed_alike(item: Item, plan: Plan, aggregates: set[Aggregate]) -> bool:
    if item.value in aggregates:
        return True
    if item.value is Aggregate.SUM:
        return plan.ask is Ask.COUNT or (bool(aggregates) and aggregates <= _SUMS)
    return False


def _is_number(plan: Plan, aggregates: set[Aggregate]) -> bool:
    """Already a figure, so that a second "how many" asks nothing else."""
    if plan.ask is Ask.COUNT:
        return True
    return plan.ask is Ask.VALUE and (bool(aggregates) or isinstance(plan.measure, OfLink))


def _aggregates(plan: Plan) -> Iterable[Aggregate]:
    measures = [plan.measure, *(one.measure for one in plan.where)]
    return (one.aggregate for one in measures if isinstance(one, OfMetric))
