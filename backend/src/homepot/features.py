"""The one list of capabilities. Adding one is a line here and a folder beside this file."""

from collections.abc import Sequence

from homepot import access, live, operation
from homepot.core.features import Feature

FEATURES: Sequence[Feature] = (
    access.FEATURE,
    live.FEATURE,
    operation.FEATURE,
)
