"""Enrolment: how a device gets its key, and how the key is known again."""

from homepot.core.features import Feature
from homepot.fleet.enrolment import routes

FEATURE = Feature("enrolment", routers=[routes.router])
