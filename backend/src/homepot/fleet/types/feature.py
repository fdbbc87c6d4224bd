"""What this capability brings to the house."""

from homepot.core.features import Feature
from homepot.fleet.types import routes

FEATURE = Feature("device types", routers=[routes.router])
