"""What the worker does for rollups."""

from homepot.core.jobs import Loop
from homepot.telemetry.rollups import newest
from homepot.telemetry.rollups.service import catch_up, make_ahead

LOOPS = (
    Loop("telemetry.rollups", 30, catch_up),
    Loop("telemetry.newest", 30, newest.catch_up),
    Loop("telemetry.parts_ahead", 3600, make_ahead),
)
