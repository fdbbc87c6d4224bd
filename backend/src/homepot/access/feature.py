"""What this capability brings to the house."""

from homepot.access.audit import routes as audit_routes
from homepot.access.first_admin import said_at_the_start
from homepot.access.jobs import LOOPS
from homepot.access.people import routes as people_routes
from homepot.access.sign_in import routes as sign_in_routes
from homepot.access.tokens import routes as token_routes
from homepot.core.features import Feature

FEATURE = Feature(
    "access",
    routers=[
        sign_in_routes.router,
        people_routes.router,
        token_routes.router,
        audit_routes.router,
    ],
    loops=LOOPS,
    parts=[said_at_the_start],
)
