"""Tariffs as a capability; apart, so that the command line starts without the web."""

from homepot.core.features import Feature
from homepot.fleet.tariffs import routes

FEATURE = Feature("tariffs", routers=[routes.router])
