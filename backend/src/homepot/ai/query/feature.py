"""What questions bring to the house."""

from homepot.ai.query.jobs import loops
from homepot.ai.query.routes import router
from homepot.ai.query.running import narrating, running
from homepot.core.features import Feature

FEATURE = Feature("query", routers=[router], loops_of=loops, parts=[running, narrating])
