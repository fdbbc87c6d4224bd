"""Thresholds as a capability; apart, so that their pure part is there without the web."""

from homepot.ai.thresholds import routes
from homepot.core.features import Feature

FEATURE = Feature("thresholds", routers=[routes.router])
