"""The event store: what happened with each device lately, at hand and in words."""

from homepot.ai.event_store.service import running
from homepot.core.features import Feature

FEATURE = Feature("event_store", parts=[running])
