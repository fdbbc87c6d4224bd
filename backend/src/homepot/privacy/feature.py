"""What privacy brings to the house: a look after what was erased."""

from homepot.core.features import Feature
from homepot.privacy import jobs

FEATURE = Feature("privacy", loops_of=jobs.loops)
