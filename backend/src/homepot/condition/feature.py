"""How the installation itself is. See README.md."""

from homepot.condition import routes
from homepot.core.features import Feature

FEATURE = Feature("condition", routers=[routes.router])
