"""What reports bring to the house; apart, so that their pure part is there without the web."""

from homepot.ai.reports import jobs, tables  # noqa: F401  tables hang on the metadata
from homepot.ai.reports.routes import router
from homepot.ai.reports.running import printing, reporting
from homepot.core.features import Feature

FEATURE = Feature(
    "reports",
    routers=[router],
    loops_of=jobs.loops,
    tasks_of=jobs.tasks,
    parts=[reporting, printing],
)
