"""What this capability brings to the house."""

from homepot.core.features import Feature
from homepot.fleet.enrolment import routes

FEATURE = Feature("enrolment", routers=[routes.router])
