"""What this capability brings to the house."""

from homepot.core.features import Feature
from homepot.fleet.commands import jobs, routes

FEATURE = Feature("commands", routers=[routes.router], loops=jobs.LOOPS, tasks_of=jobs.tasks)
