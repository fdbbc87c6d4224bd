"""Whether the product is alive and ready, and its figures for Prometheus."""

from homepot.core.features import Feature
from homepot.operation import figures_routes, routes

FEATURE = Feature("operation", routers=[routes.router, figures_routes.router])
