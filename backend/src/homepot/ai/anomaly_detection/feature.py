"""Detection as a capability; apart, so that `homepot evaluate` starts without it."""

from homepot.ai.anomaly_detection import jobs, routes
from homepot.core.features import Feature

FEATURE = Feature("anomaly_detection", routers=[routes.router], tasks_of=jobs.tasks)
