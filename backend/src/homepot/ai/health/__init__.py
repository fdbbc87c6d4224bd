"""The health of each device: a score from 0 to 1, with the reason for every point it lacks."""

from homepot.ai.health import jobs, routes
from homepot.core.features import Feature

FEATURE = Feature("health", routers=[routes.router], loops_of=jobs.loops, tasks_of=jobs.tasks)
