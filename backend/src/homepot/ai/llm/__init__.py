"""The door to language models: asked with patience and limits, believed only through the gate."""

from homepot.ai.config import ai_config
from homepot.ai.llm.running import running
from homepot.core.features import Feature

FEATURE = Feature("llm", checks=[ai_config], parts=[running])
