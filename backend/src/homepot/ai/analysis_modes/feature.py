"""What this capability brings to the house."""

from homepot.ai.analysis_modes.routes import router
from homepot.core.features import Feature

FEATURE = Feature("analysis_modes", routers=[router])
