"""What came of an action: the time since against the time before, with what is not sure. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, variance
from typing import Literal

from homepot.ai.insights.statistics import binomial_interval, t_quantile

DAYS_NEEDED = 7
DAYS_MAX = 30
LEVEL = 0.9
Verdict = Literal["too_early", "too_little_before", "nothing_to_compare", "less", "more", "unclear"]
CAVEAT = (
    "Who acts after a bad time sees some of it pass by itself: a part of the difference may be"
    " that."
)


@dataclass(frozen=True)
class Measured:
    """One measure of an action. `before` and `after` are by day; `low` to `high` is where, at 90 of
    100, the change lies: of counts as a factor, of levels as a difference a day."""

    what: str
    unit: str
    before: float | None
    after: float | None
    low: float | None
    high: float | None
    verdict: Verdict
    words: str


def by_count(what: str, before: int, before_days: float, after: int, after_days: float) -> Measured:
    """Of incidents: how much rarer they became (exact, given how many there were in all).

    >>> by_count("incident", 12, 30, 0, 20).verdict, by_count("incident", 2, 30, 1, 20).verdict
    ('less', 'unclear')
    """
    waiting = _waiting(what, "a day", before_days, after_days)
    if waiting is not None:
        return waiting
    told = f"{before} {what}s in the {before_days:.0f} days before, {after} in the"
    told += f" {after_days:.0f} days since"
    if before + after == 0:
        words = f"No {what} before and none since: there is nothing to compare."
        return Measured(what, "a day", 0.0, 0.0, None, None, "nothing_to_compare", words)
    low, high = binomial_interval(after, before + after, LEVEL)
    longer = before_days / after_days
    factor_low = longer * low / (1 - low)
    factor_high = longer * high / (1 - high) if high < 1 else math.inf
    verdict: Verdict = "less" if factor_high < 1 else "more" if factor_low > 1 else "unclear"
    most = f"{factor_high:.2g}" if math.isfinite(factor_high) else "any number"
    words = f"{told}: between {factor_low:.2g} and {most} times as often, {_said(verdict)}."
    return Measured(
        what, "a day", before / before_days, after / after_days, factor_low,
        factor_high if math.isfinite(factor_high) else None, verdict, words,
    )  # fmt: skip


def by_level(what: str, unit: str, before: Sequence[float], after: Sequence[float]) -> Measured:
    """Of daily values: by how much they changed (Welch, with days that resemble each other counting
    for less).

    >>> by_level("level", "h", [5.0, 6.0] * 10, [1.0, 2.0] * 5).verdict
    'less'
    """
    waiting = _waiting(what, unit, len(before), len(after))
    if waiting is not None:
        return waiting
    mean_before, mean_after = fmean(before), fmean(after)
    change = mean_after - mean_before
    told = f"The {what} was {_number(mean_before)} {unit} a day before".replace("  ", " ")
    told += f" and {_number(mean_after)} since"
    share_before, share_after = (variance(days) / _worth(days) for days in (before, after))
    error = math.sqrt(share_before + share_after)
    if error == 0:
        verdict: Verdict = "less" if change < 0 else "more" if change > 0 else "nothing_to_compare"
        said = _said(verdict) if change else "there is nothing to compare"
        return Measured(what, unit, mean_before, mean_after, change, change, verdict,
                        f"{told}, the same each day: {said}.")  # fmt: skip
    parts = share_before**2 / (_worth(before) - 1) + share_after**2 / (_worth(after) - 1)
    freedom = max(1, math.floor(error**4 / parts))
    reach = t_quantile((1 + LEVEL) / 2, min(freedom, 500)) * error
    low, high = change - reach, change + reach
    verdict = "less" if high < 0 else "more" if low > 0 else "unclear"
    words = f"{told}: a change of {_number(low)} to {_number(high)}, {_said(verdict)}."
    return Measured(what, unit, mean_before, mean_after, low, high, verdict, words)


def _worth(days: Sequence[float]) -> float:
    """How many independent days these are worth; at least two."""
    mean = fmean(days)
    rest = [one - mean for one in days]
    own = math.fsum(one * one for one in rest)
    near = math.fsum(a * b for a, b in pairwise(rest)) / own if own else 0.0
    near = min(max(near, 0.0), 0.9)
    return max(2.0, len(days) * (1 - near) / (1 + near))


def _waiting(what: str, unit: str, before_days: float, after_days: float) -> Measured | None:
    if after_days < DAYS_NEEDED:
        words = f"Too early to say: {int(after_days)} of {DAYS_NEEDED} days."
        return Measured(what, unit, None, None, None, None, "too_early", words)
    if before_days < DAYS_NEEDED:
        words = f"Too little is known of the time before: {int(before_days)} of {DAYS_NEEDED} days."
        return Measured(what, unit, None, None, None, None, "too_little_before", words)
    return None


def _said(verdict: Verdict) -> str:
    return {"less": "less than before", "more": "more than before"}.get(
        verdict, "which may be chance"
    )


def _number(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1e6 else f"{value:,.0f}"
