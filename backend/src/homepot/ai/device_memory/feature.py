"""What this capability brings to the house."""

from homepot.ai.device_memory.keeping import known_model, running
from homepot.ai.device_memory.routes import router
from homepot.core.features import Feature

FEATURE = Feature("device_memory", routers=[router], parts=[running], checks=[known_model])
