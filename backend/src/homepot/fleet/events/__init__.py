"""Events: what devices say of themselves: logs, audit, alerts, jobs, configuration."""

from homepot.core.features import Feature
from homepot.fleet.events import routes

FEATURE = Feature("events", routers=[routes.router])
