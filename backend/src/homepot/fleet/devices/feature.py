"""What this capability brings to the house."""

from homepot.core.features import Feature
from homepot.fleet.devices import routes

FEATURE = Feature("devices", routers=[routes.router])
