"""The one list of capabilities. Adding one is a line here and a folder beside this file."""

from collections.abc import Sequence

from homepot import live, operation
from homepot.core.features import Feature

FEATURES: Sequence[Feature] = (
    live.FEATURE,
    operation.FEATURE,
)
