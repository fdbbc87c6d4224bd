"""Words as people say them. Pure."""


def count(number: int, one: str, many: str | None = None) -> str:
    """How many of them, in the number they are in.

    >>> count(1, "day"), count(2, "day"), count(12_000, "value"), count(0, "entry", "entries")
    ('1 day', '2 days', '12,000 values', '0 entries')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"
