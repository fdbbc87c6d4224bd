"""What the worker does for prediction."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from homepot.core.database import Database
from homepot.core.jobs import Task
from homepot.core.log import get_logger
from homepot.core.settings import Settings

log = get_logger(__name__)


def tasks(settings: Settings) -> Sequence[Task]:
    kept = timedelta(days=settings.events_kept_days)

    async def look(database: Database, now: datetime) -> None:
        # What it stands on is much, and only the worker needs it.
        from homepot.ai.prediction.service import look_at_all  # noqa: PLC0415

        found = await look_at_all(database, now)
        log.info(
            f"{found} limits are foreseen to be reached.", action="prediction.made", found=found
        )

    async def recall(database: Database, now: datetime) -> None:
        from homepot.ai.device_memory.keeping import memory_of  # noqa: PLC0415
        from homepot.ai.embedding import Embedding  # noqa: PLC0415
        from homepot.ai.prediction import alike  # noqa: PLC0415
        from homepot.telemetry.archive.service import Archive  # noqa: PLC0415

        # The web application alone holds Chroma; here the search is exact, in PostgreSQL.
        memory = memory_of(settings, Embedding(), with_index=False)
        if count := await alike.recall(database, memory, Archive.of(settings), now):
            log.info(
                f"Memory was asked what went like {count} wears before.",
                action="prediction.recalled",
                count=count,
            )

    async def learn(database: Database, now: datetime) -> None:
        from homepot.ai.prediction.service import learn_from_failures  # noqa: PLC0415

        count = await learn_from_failures(database, now)
        log.info(
            f"Past failures of {count} device types have taught how probable one is.",
            action="prediction.learnt",
            types=count,
        )

    async def forget(database: Database, now: datetime) -> None:
        from homepot.ai.prediction import service  # noqa: PLC0415

        if gone := await service.forget(database, now - kept):
            log.info(f"{gone} old predictions were forgotten.", action="prediction.forgotten")

    # Some minutes past the hour: its rollups are made by then.
    return [
        Task("prediction.look", "4 * * * *", look),
        Task("prediction.recall", "9 * * * *", recall),
        Task("prediction.learn", "37 2 * * *", learn),
        Task("prediction.forget", "53 2 * * *", forget),
    ]
