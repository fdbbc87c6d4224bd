"""What insights bring to the house; apart, so that their pure part is there without the web."""

from homepot.ai.insights.routes import router
from homepot.ai.insights.running import gathering
from homepot.core.features import Feature

FEATURE = Feature("insights", routers=[router], parts=[gathering])
