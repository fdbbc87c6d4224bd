"""Devices: what they are and where they are in their life."""

from homepot.core.features import Feature
from homepot.fleet.devices import routes

FEATURE = Feature("devices", routers=[routes.router])
