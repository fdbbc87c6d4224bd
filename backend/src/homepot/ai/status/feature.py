"""What this capability brings to the house."""

from homepot.ai.status import routes
from homepot.core.features import Feature

FEATURE = Feature("status", routers=[routes.router])
