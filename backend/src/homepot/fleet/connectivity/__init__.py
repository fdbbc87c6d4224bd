"""Connectivity: when a device was last heard from, and what follows from its silence."""

from homepot.core.features import Feature
from homepot.fleet.connectivity import jobs, routes

FEATURE = Feature(
    "connectivity",
    routers=[routes.router],
    loops=jobs.LOOPS,
    tasks_of=jobs.tasks,
    parts=[jobs.present],
)
