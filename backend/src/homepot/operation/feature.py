"""What this capability brings to the house."""

from homepot.core.features import Feature
from homepot.operation import figures_routes, jobs, routes

FEATURE = Feature("operation", routers=[routes.router, figures_routes.router], loops_of=jobs.loops)
