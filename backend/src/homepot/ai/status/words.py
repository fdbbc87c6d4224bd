"""Sizes as the plan writes them. Pure."""


def size(count: int | None) -> str | None:
    """
    >>> size(2_019_000_000), size(98_362_432), size(None)
    ('2.0GB', '98MB', None)
    """
    if count is None:
        return None
    return f"{count / 1e9:.1f}GB" if count >= 1e9 else f"{count / 1e6:.0f}MB"
