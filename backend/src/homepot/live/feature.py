"""What this capability brings to the house."""

from homepot.core.features import Feature
from homepot.core.jobs import Task
from homepot.core.live import forget_old
from homepot.live import routes

FEATURE = Feature(
    "live",
    routers=[routes.router],
    tasks=[Task("live.forget_old", "*/10 * * * *", forget_old)],
)
