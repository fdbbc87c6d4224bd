"""What is said of a device that is likely to fail. Pure."""

from collections.abc import Sequence

from homepot.ai.incidents.category import category_of_metric
from homepot.ai.incidents.likeness import FIRST_STEP
from homepot.ai.prediction.records import Forewarning

FAILED = "It has failed."
NOT_WATCHED = "The device is no longer looked at."
NOT_TOLD = "Past failures of its type tell no more who will fail."
NOT_KNOWN = "Too few of its days are known by now."


def percent(share: float) -> str:
    """
    >>> percent(0.034), percent(0.4), percent(1.0)
    ('3.4 %', '40 %', 'more than 99 %')
    """
    if share > 0.99:
        return "more than 99 %"
    digits = 0 if share >= 0.1 else 1
    return f"{100 * share:.{digits}f} %"


def fallen(chance_14d: float) -> str:
    """
    >>> fallen(0.12)
    'The chance of a failure within 14 days has fallen to 12 %.'
    """
    return f"The chance of a failure within 14 days has fallen to {percent(chance_14d)}."


def headline(one: Forewarning) -> str:
    return f"It will probably fail within 14 days ({percent(one.chance_14d)})."


def learnt_from(failures: int | None, error: float | None) -> str:
    """What chances rest on.

    >>> learnt_from(34, 0.021)
    'from 34 failures of this type, calibrated to ±2.1 %'
    """
    if failures is None or error is None:
        return "from past failures of this type"
    return f"from {failures} failures of this type, calibrated to ±{percent(error)}"


def reasoning(one: Forewarning) -> str:
    return (
        f"{percent(one.chance_7d)} within 7 days, {percent(one.chance_14d)} within 14,"
        f" {percent(one.chance_30d)} within 30 ({learnt_from(one.failures, one.error)})."
        f"{_most(one.reasons)}"
    )


def _most(reasons: Sequence[str]) -> str:
    return f" What speaks most for it: {', '.join(reasons)}." if reasons else ""


def what_to_do(one: Forewarning) -> str:
    by = f", by {one.reasons[0]}" if one.reasons else ""
    return f"Likely to fail{by}: {_usual(one.metric)}"


def first_step(one: Forewarning) -> str:
    return _usual(one.metric)


def _usual(metric: str | None) -> str:
    category = category_of_metric(metric) if metric else ""
    return FIRST_STEP.get(category, "Look at it on site.")
