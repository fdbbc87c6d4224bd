"""How long to wait before something that died is started again."""

PAUSE_MIN_S = 0.5
PAUSE_MAX_S = 30.0
CALM_S = 60.0
"""One that ran this long had settled: what happened before it does not count."""


def pause_s(deaths: int) -> float:
    """Doubles with each death in a row.

    >>> [pause_s(n) for n in (1, 2, 3, 7, 1000)]
    [0.5, 1.0, 2.0, 30.0, 30.0]
    """
    return min(PAUSE_MAX_S, PAUSE_MIN_S * 2.0 ** min(deaths - 1, 10))


def deaths_in_a_row(before: int, lived_s: float) -> int:
    """The count after one more death.

    >>> deaths_in_a_row(4, lived_s=3), deaths_in_a_row(4, lived_s=90)
    (5, 1)
    """
    return 1 if lived_s >= CALM_S else before + 1
