"""How long to wait before something that died is started again."""

PAUSE_MIN_S = 0.5
PAUSE_MAX_S = 30.0
CALM_TIMES = 4.0
"""One that ran so many times as long as the pause it would now get had settled: what happened
before does not count. So one that was killed is back at once, and one that cannot live waits
longer and longer."""


def pause_s(deaths: int) -> float:
    """Doubles with each death in a row.

    >>> [pause_s(n) for n in (1, 2, 3, 7, 1000)]
    [0.5, 1.0, 2.0, 30.0, 30.0]
    """
    return min(PAUSE_MAX_S, PAUSE_MIN_S * 2.0 ** min(deaths - 1, 10))


def deaths_in_a_row(before: int, lived_s: float) -> int:
    """The count after one more death.

    >>> deaths_in_a_row(1, lived_s=3), deaths_in_a_row(1, lived_s=5)
    (2, 1)
    >>> deaths_in_a_row(4, lived_s=30), deaths_in_a_row(4, lived_s=90)
    (5, 1)
    """
    return 1 if lived_s >= CALM_TIMES * pause_s(before + 1) else before + 1
