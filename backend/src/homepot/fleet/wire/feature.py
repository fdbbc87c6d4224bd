"""What this capability brings to the house."""

from homepot.core.features import Feature
from homepot.fleet.wire import command_routes, enrolment_routes, report_routes

FEATURE = Feature(
    "wire",
    routers=[enrolment_routes.router, report_routes.router, command_routes.router],
)
