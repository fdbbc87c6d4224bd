"""Devices, metrics and amounts in words."""

from homepot.ai.query.plan import Aggregate, By, OfMetric, Scope
from homepot.ai.query.vocabulary import Vocabulary

AGGREGATES = {
    Aggregate.NEWEST: "latest", Aggregate.FIRST: "first", Aggregate.AVERAGE: "average",
    Aggregate.MEDIAN: "median", Aggregate.MAXIMUM: "maximum", Aggregate.MINIMUM: "minimum",
    Aggregate.SUM: "total", Aggregate.COUNT: "number of readings of",
    Aggregate.SPREAD: "standard deviation of", Aggregate.RANGE: "range of",
    Aggregate.RATE: "hourly rate of", Aggregate.CHANGE: "change in",
    Aggregate.CHANGE_PERCENT: "percentage change in",
}  # fmt: skip
GROUPS = {
    By.DEVICE: "device", By.SITE: "site", By.TYPE: "type", By.FIRMWARE: "firmware",
    By.PLACE: "room", By.CATEGORY: "category", By.SEVERITY: "severity", By.HOUR: "hour",
    By.DAY: "day", By.WEEK: "week", By.WEEKDAY: "weekday", By.HOUR_OF_DAY: "hour of the day",
}  # fmt: skip


def number(value: float) -> str:
    """
    >>> number(60.0), number(0.05), number(1234567.0)
    ('60', '0.05', '1234567')
    """
    return f"{value:.10g}"


def listed(names: tuple[str, ...] | list[str], link: str = "and") -> str:
    """
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {link} {names[-1]}"


def plural(label: str) -> str:
    return label if label.endswith("s") else f"{label}s"


def type_label(vocabulary: Vocabulary, name: str) -> str:
    found = next((one for one in vocabulary.types if one.name == name), None)
    return (found.label if found and found.label else name.replace("_", " ")).lower()


def metric_label(vocabulary: Vocabulary, name: str) -> str:
    metric = vocabulary.by_metric.get(name)
    label = metric.label if metric and metric.label else name.replace("_", " ")
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def things(
    vocabulary: Vocabulary, scope: Scope, of: By = By.DEVICE, *, single: bool = False
) -> str:
    """What is counted, listed or ranked: the tills in the kitchen at the bakery.

    `single` for one of them: "which till".
    """
    if of is not By.DEVICE:
        noun = {By.SITE: "site", By.TYPE: "device type", By.FIRMWARE: "firmware version",
                By.PLACE: "room"}.get(of, of.value)  # fmt: skip
        noun = noun if single else plural(noun)
        if scope == Scope():
            return noun
        if scope == Scope(sites=scope.sites):
            return noun + _where(vocabulary, scope)
        return f"{noun} with {things(vocabulary, scope)}"
    if scope.devices:
        return ("of " if single and len(scope.devices) > 1 else "") + listed(scope.devices)
    labels = [type_label(vocabulary, name) for name in scope.types] or ["device"]
    noun = listed([label if single else plural(label) for label in labels], "or")
    return _named(scope) + noun + _where(vocabulary, scope)


def whose(vocabulary: Vocabulary, scope: Scope) -> str:
    """Of what a value is: of pos_1, of all devices, of the tills at the bakery."""
    if scope.devices:
        return listed(scope.devices)
    if scope == Scope():
        return "all devices"
    said = things(vocabulary, scope)
    return f"all {said}" if said.startswith("devices") else f"the {said}"


def of_whom(vocabulary: Vocabulary, scope: Scope, *, all_too: bool = True) -> str:
    """The same after a value: of pos_1161, at the bakery, of the tills at the bakery."""
    if scope == Scope():
        return "of all devices" if all_too else ""
    if scope in (Scope(sites=scope.sites), Scope(sites=scope.sites, places=scope.places)):
        return _where(vocabulary, scope).strip()
    return f"of {whose(vocabulary, scope)}"


def _named(scope: Scope) -> str:
    return "".join(f"{word} " for word in scope.name_has)


def _where(vocabulary: Vocabulary, scope: Scope) -> str:
    parts = []
    if scope.places:
        parts.append(f" in the {listed(scope.places, 'or')}")
    if scope.sites:
        sites = vocabulary.by_site
        names = [sites[one].name if one in sites else one for one in scope.sites]
        parts.append(f" at {listed(names, 'or')}")
    if scope.tags:
        parts.append(f" with the tag {listed(scope.tags, 'or')}")
    if scope.without is not None:
        parts.append(f" except {whose(vocabulary, scope.without)}")
    return "".join(parts)


def metric_said(vocabulary: Vocabulary, measure: OfMetric) -> str:
    """Average processor load; 95th percentile of network latency; how long above a limit."""
    label = metric_label(vocabulary, measure.metrics[0])
    if measure.aggregate is Aggregate.PERCENTILE:
        return f"p{number(measure.percentile or 0)} of {label}"
    word = AGGREGATES.get(measure.aggregate, "")
    return f"{word} {label}".strip()


def amount_said(vocabulary: Vocabulary, metric: str, value: float) -> str:
    """With the metric's unit; a part of one as per cent."""
    known = vocabulary.by_metric.get(metric)
    if known is None:
        return number(value)
    if known.kind == "ratio":
        return f"{number(round(value * 100, 10))} %"
    return f"{number(value)} {known.unit}".strip()
