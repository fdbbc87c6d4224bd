"""The fleet at a glance. See README.md."""

from homepot.core.features import Feature
from homepot.overview import routes

FEATURE = Feature("overview", routers=[routes.router])
