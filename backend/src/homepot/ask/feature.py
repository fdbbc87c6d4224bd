"""What this capability brings to the house."""

from homepot.ask.door import listening
from homepot.core.features import Feature

FEATURE = Feature("ask", parts=[listening])
