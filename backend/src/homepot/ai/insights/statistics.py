"""The few tests that insights rest on, exact where they can be. Pure."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_STEPS = 60


@dataclass(frozen=True)
class Stratum:
    """Among `size` devices that can be compared, `struck` had trouble; `marked` of them have
    something in common, and of these `struck_marked` had trouble."""

    size: int
    marked: int
    struck: int
    struck_marked: int


def binomial_tail(count: int, of: int, chance: float) -> float:
    """How probable it is to see at least so many.

    >>> round(binomial_tail(3, 4, 0.5), 4)
    0.3125
    """
    if count <= 0:
        return 1.0
    if chance <= 0 or chance >= 1:
        return 0.0 if chance <= 0 else 1.0
    logs = (
        _log_choose(of, k) + k * math.log(chance) + (of - k) * math.log1p(-chance)
        for k in range(count, of + 1)
    )
    return min(1.0, math.fsum(math.exp(one) for one in logs))


def binomial_interval(count: int, of: int, level: float) -> tuple[float, float]:
    """Between which chances such a count is to be expected (Clopper and Pearson, 1934).

    >>> low, high = binomial_interval(0, 10, 0.9)
    >>> round(low, 4), round(high, 4)
    (0.0, 0.2589)
    """
    tail = (1 - level) / 2
    low, high = 0.0, 1.0
    if count > 0:
        low = _solved(lambda chance: binomial_tail(count, of, chance) - tail)
    if count < of:
        high = _solved(lambda chance: tail - (1 - binomial_tail(count + 1, of, chance)))
    return low, high


def common_cause(strata: Sequence[Stratum]) -> float:
    """How probable so many struck among the marked are, if the mark meant nothing: the exact
    conditional test over strata (Fisher's, where there is one).

    >>> round(common_cause([Stratum(10, 4, 4, 4)]), 4)
    0.0048
    """
    chances = [1.0]
    for one in strata:
        mine = [_hypergeometric(one, k) for k in range(min(one.marked, one.struck) + 1)]
        both = [0.0] * (len(chances) + len(mine) - 1)
        for a, first in enumerate(chances):
            for b, second in enumerate(mine):
                both[a + b] += first * second
        chances = both
    observed = sum(one.struck_marked for one in strata)
    return min(1.0, math.fsum(chances[observed:]))


def discoveries(chances: Sequence[float], level: float) -> list[bool]:
    """Which of many tests are believed, so that of those no more than this share is expected to be
    chance (Benjamini and Hochberg, 1995).

    >>> discoveries([0.001, 0.2, 0.02, 0.9], 0.05)
    [True, False, True, False]
    """
    ordered = sorted(chances)
    count = len(ordered)
    limit = max(
        (chance for rank, chance in enumerate(ordered, 1) if chance <= level * rank / count),
        default=-1.0,
    )
    return [chance <= limit for chance in chances]


def t_quantile(chance: float, freedom: int) -> float:
    """Student's t below which a share `chance` lies, from one half on.

    >>> round(t_quantile(0.95, 5), 3), round(t_quantile(0.95, 6), 3)
    (2.015, 1.943)
    """
    return _solved(lambda t: _t_below(t, freedom) - chance, high=1_000.0, steps=80)


def _t_below(t: float, freedom: int) -> float:
    """The closed forms for a whole number of degrees (Abramowitz and Stegun, 26.7.3 and 26.7.4)."""
    angle = math.atan2(t, math.sqrt(freedom))
    cosine, sine = math.cos(angle), math.sin(angle)
    if freedom % 2:
        total = term = cosine if freedom > 1 else 0.0
        for k in range(3, freedom - 1, 2):
            term *= cosine * cosine * (k - 1) / k
            total += term
        return 0.5 + (angle + sine * total) / math.pi
    total = term = 1.0
    for k in range(2, freedom - 1, 2):
        term *= cosine * cosine * (k - 1) / k
        total += term
    return 0.5 + sine * total / 2


def _hypergeometric(one: Stratum, count: int) -> float:
    if one.struck - count > one.size - one.marked:
        return 0.0
    return math.exp(
        _log_choose(one.marked, count)
        + _log_choose(one.size - one.marked, one.struck - count)
        - _log_choose(one.size, one.struck)
    )


def _log_choose(of: int, count: int) -> float:
    return math.lgamma(of + 1) - math.lgamma(count + 1) - math.lgamma(of - count + 1)


def _solved(rising: Callable[[float], float], *, high: float = 1.0, steps: int = _STEPS) -> float:
    """Where a rising function crosses zero, by halving."""
    low = 0.0
    for _ in range(steps):
        middle = (low + high) / 2
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
