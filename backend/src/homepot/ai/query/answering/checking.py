"""Whether a plan names only what there is, and says enough to be carried out. Pure."""

from collections.abc import Iterator

from homepot.ai.query.answering.fleet import Fleet
from homepot.ai.query.answering.result import NoResult
from homepot.ai.query.plan import (
    Aggregate,
    Ask,
    Compare,
    Measure,
    NoAnswer,
    OfForecast,
    OfMetric,
    OfRecords,
    Plan,
    Scope,
)

_NEED_A_MEASURE = (Ask.VALUE, Ask.EACH, Ask.GROWS, Ask.RECORD, Ask.RECORDS)
_NEED_A_LIMIT = (
    Aggregate.SECONDS_ABOVE,
    Aggregate.SECONDS_BELOW,
    Aggregate.TIMES_ABOVE,
    Aggregate.TIMES_BELOW,
)


def check(plan: Plan, fleet: Fleet) -> None:
    """NoResult with the reason where it cannot be carried out, whoever made it."""
    for scope in _scopes(plan):
        _check_scope(scope, fleet)
    for measure in _measures(plan):
        _check_measure(measure, fleet)
    if plan.ask in _NEED_A_MEASURE and plan.measure is None:
        raise _unclear("It does not say what is asked of the devices.")
    if plan.ask in (Ask.RECORD, Ask.RECORDS) and not isinstance(plan.measure, OfRecords):
        raise _unclear("It asks for a record and names something that is measured.")
    if plan.ask is Ask.HOLDS and not plan.where:
        raise _unclear("It does not say what should hold.")
    if plan.ask in (Ask.COMPARE, Ask.DIFFERENCE) and plan.against is None and plan.value is None:
        raise _unclear("It does not say what it is compared with.")
    for condition in plan.where:
        if condition.compare is Compare.WITHIN and condition.within is None:
            raise _unclear("It does not say within which time.")
        if condition.compare is Compare.BETWEEN and condition.high is None:
            raise _unclear("It does not say between which values.")


def _unclear(detail: str) -> NoResult:
    return NoResult(NoAnswer.NOT_UNDERSTOOD, detail)


def _scopes(plan: Plan) -> Iterator[Scope]:
    given = [plan.scope, plan.against.scope if plan.against else None]
    while given:
        scope = given.pop()
        if scope is not None:
            yield scope
            given.append(scope.without)


def _measures(plan: Plan) -> Iterator[Measure]:
    if plan.measure is not None:
        yield plan.measure
    for condition in plan.where:
        yield condition.measure


def _check_scope(scope: Scope, fleet: Fleet) -> None:
    for device in scope.devices:
        if device not in fleet.by_id:
            raise NoResult(NoAnswer.UNKNOWN_DEVICE, f"There is no device {device[:64]!r}.")
    for site in scope.sites:
        if site not in fleet.sites:
            raise NoResult(NoAnswer.UNKNOWN_SITE, f"There is no site {site[:64]!r}.")
    types = {one.name for one in fleet.vocabulary.types}
    types |= {one.type for one in fleet.devices}
    for name in scope.types:
        if name not in types:
            raise NoResult(NoAnswer.UNKNOWN_THING, f"There is no device type {name[:64]!r}.")


def _check_measure(measure: Measure, fleet: Fleet) -> None:
    if isinstance(measure, OfMetric | OfForecast):
        known = fleet.vocabulary.by_metric
        missing = [name for name in measure.metrics if name not in known]
        if missing:
            raise NoResult(NoAnswer.UNKNOWN_METRIC, f"There is no metric {missing[0][:64]!r}.")
    if isinstance(measure, OfMetric):
        if measure.aggregate in _NEED_A_LIMIT and measure.limit is None:
            raise _unclear("It does not say beyond which value.")
        if measure.aggregate is Aggregate.PERCENTILE and measure.percentile is None:
            raise _unclear("It does not say which percentile.")
