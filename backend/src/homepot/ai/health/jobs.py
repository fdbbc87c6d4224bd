"""What the worker does for health."""

from collections.abc import Sequence
from datetime import datetime

from homepot.ai.anomaly_detection.thresholds import thresholds
from homepot.ai.health import service
from homepot.core.database import Database
from homepot.core.jobs import Loop
from homepot.core.settings import Settings


def loops(settings: Settings) -> Sequence[Loop]:
    known = thresholds(settings)

    async def judge(database: Database, now: datetime) -> None:
        async with database.system() as tx:
            await service.judge(tx, known, now)

    return (Loop("health", 10.0, judge),)
