"""The wire: the HTTP addresses of existing agents, over the services of the other rooms."""

from homepot.core.features import Feature
from homepot.fleet.wire import command_routes, enrolment_routes, report_routes

FEATURE = Feature(
    "wire",
    routers=[enrolment_routes.router, report_routes.router, command_routes.router],
)
