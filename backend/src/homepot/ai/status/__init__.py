"""How the AI service is."""

from homepot.ai.status import routes
from homepot.core.features import Feature

FEATURE = Feature("status", routers=[routes.router])
