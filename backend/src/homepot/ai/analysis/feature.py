"""What analysis brings to the house; apart, so that its pure part is there without the web."""

from homepot.ai.analysis.routes import router
from homepot.ai.analysis.running import analysing
from homepot.core.features import Feature

FEATURE = Feature("analysis", routers=[router], parts=[analysing])
