"""Whether the product is alive and ready."""

from homepot.core.features import Feature
from homepot.operation import routes

FEATURE = Feature("operation", routers=[routes.router])
