"""What the language model brings to the house."""

from homepot.ai.config import ai_config
from homepot.ai.llm.running import running
from homepot.core.features import Feature

FEATURE = Feature("llm", checks=[ai_config], parts=[running])
