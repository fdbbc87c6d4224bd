"""Telemetry: what devices measure, in exactly once and out again."""

from homepot.core.features import Feature
from homepot.telemetry import routes

FEATURE = Feature("telemetry", routers=[routes.router])
