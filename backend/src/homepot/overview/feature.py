"""What this capability brings to the house."""

from homepot.core.features import Feature
from homepot.overview import routes

FEATURE = Feature("overview", routers=[routes.router])
