"""What this capability brings to the house."""

from homepot.ai.health import jobs, routes
from homepot.core.features import Feature

FEATURE = Feature("health", routers=[routes.router], loops_of=jobs.loops, tasks_of=jobs.tasks)
