"""The end of the log of anomalies."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from homepot.ai.anomaly_detection import service
from homepot.core.database import Database
from homepot.core.jobs import Task
from homepot.core.log import get_logger
from homepot.core.settings import Settings

log = get_logger(__name__)


def tasks(settings: Settings) -> Sequence[Task]:
    kept = timedelta(days=settings.anomalies_kept_days)

    async def forget(database: Database, now: datetime) -> None:
        if gone := await service.forget(database, now - kept):
            log.info(f"{gone} anomalies were forgotten.", action="anomalies.forgotten", rows=gone)

    return [Task("anomalies.forget", "33 2 * * *", forget)]
