"""What this capability brings to the house."""

from homepot.ai.event_store.service import running
from homepot.core.features import Feature

FEATURE = Feature("event_store", parts=[running])
