"""Sites together with the devices at them."""

from homepot.core.features import Feature
from homepot.fleet.estate import routes

FEATURE = Feature("sites", routers=[routes.router])
