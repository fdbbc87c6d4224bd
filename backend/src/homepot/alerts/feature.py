"""Alerts as a capability; apart, so that other commands start without it."""

from homepot.alerts import jobs, routes
from homepot.alerts.asked import answering
from homepot.core.features import Feature

FEATURE = Feature(
    "alerts",
    routers=[routes.router],
    loops_of=jobs.loops,
    tasks_of=jobs.tasks,
    parts=[answering],
)
