"""Telemetry: what devices measure, in exactly once and out again."""

from homepot.core.features import Feature
from homepot.telemetry import routes
from homepot.telemetry.intake.service import running

FEATURE = Feature("telemetry", routers=[routes.router], parts=[running])
