"""What this capability brings to the house."""

from homepot.ai.incidents import jobs, routes
from homepot.ai.incidents.teller import telling
from homepot.core.features import Feature

FEATURE = Feature("incidents", routers=[routes.router], loops_of=jobs.loops, parts=[telling])
