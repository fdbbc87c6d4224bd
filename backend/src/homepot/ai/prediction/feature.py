"""What prediction brings to the house; apart, so that its pure part is there without the web."""

from homepot.ai.prediction import jobs, tables  # noqa: F401  tables hang on the metadata
from homepot.ai.prediction.calendar_routes import router as calendar_router
from homepot.ai.prediction.routes import router
from homepot.core.features import Feature

FEATURE = Feature("prediction", routers=[router, calendar_router], tasks_of=jobs.tasks)
