"""What this capability brings to the house."""

from homepot.core.features import Feature
from homepot.fleet.estate import routes

FEATURE = Feature("sites", routers=[routes.router])
