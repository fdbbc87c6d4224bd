"""Alerts: who is told of an incident, when, and over which channel."""

from homepot.alerts import jobs, routes
from homepot.core.features import Feature

FEATURE = Feature("alerts", routers=[routes.router], loops_of=jobs.loops, tasks_of=jobs.tasks)
