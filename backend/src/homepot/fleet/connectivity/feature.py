"""What this capability brings to the house."""

from homepot.core.features import Feature
from homepot.fleet.connectivity import jobs, routes

FEATURE = Feature(
    "connectivity",
    routers=[routes.router],
    loops=jobs.LOOPS,
    tasks_of=jobs.tasks,
    parts=[jobs.present],
)
