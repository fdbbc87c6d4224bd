"""Device types as data, and the registry of metrics."""

from homepot.core.features import Feature
from homepot.fleet.types import routes

FEATURE = Feature("device types", routers=[routes.router])
