"""Events: what devices say of themselves: logs, audit, alerts, jobs, configuration."""

from homepot.core.features import Feature
from homepot.fleet.events import jobs, routes

FEATURE = Feature("events", routers=[routes.router], tasks_of=jobs.tasks)
