"""Commands: what a person asks of a device, within what its owner permitted."""

from homepot.core.features import Feature
from homepot.fleet.commands import jobs, routes

FEATURE = Feature("commands", routers=[routes.router], loops=jobs.LOOPS, tasks_of=jobs.tasks)
