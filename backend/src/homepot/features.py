"""The one list of capabilities. Adding one is a line here and a folder beside this file."""

from collections.abc import Sequence

from homepot import access, live, operation
from homepot.core.features import Feature
from homepot.fleet import devices, estate, types

FEATURES: Sequence[Feature] = (
    access.FEATURE,
    types.FEATURE,
    estate.FEATURE,
    devices.FEATURE,
    live.FEATURE,
    operation.FEATURE,
)
