"""What this capability brings to the house."""

from homepot.core.features import Feature
from homepot.fleet.events import jobs, routes

FEATURE = Feature("events", routers=[routes.router], tasks_of=jobs.tasks)
