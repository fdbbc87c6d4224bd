"""LightGBM, loaded where somebody teaches a model or asks one, and nowhere before."""

from typing import Any


class ModelAway(Exception):
    """LightGBM cannot be loaded; says how to mend that."""


def lightgbm() -> Any:
    try:
        import lightgbm as library  # noqa: PLC0415  it is large
    except OSError as error:
        raise ModelAway(
            f"LightGBM cannot be loaded: {error}. It needs OpenMP; on Debian: sudo apt-get install"
            " libgomp1"
        ) from error
    return library
