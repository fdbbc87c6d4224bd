"""A store that lives through what days bring, and what it was told, to be held against a model."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from homepot.core.clock import now
from homepot.core.database import Database
from homepot.telemetry.archive.archiving import Archived, Archiver
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.intake.rows import from_rows
from homepot.telemetry.intake.service import Intake
from homepot.telemetry.pauses import service as pauses
from homepot.telemetry.rollups.service import catch_up

EMPTIED = (
    "device_metrics", "device_rollups_5m", "device_rollups_1h", "device_rollups_6h",
    "device_rollups_1d", "device_reports", "device_pauses",
    "archive_files",
    "telemetry_commits", "telemetry_readers", "device_latest",
)  # fmt: skip


@dataclass
class Lived:
    db: Database
    intake: Intake
    archive: Archive
    tenant: int
    device_ids: list[str] = field(default_factory=list)
    told: dict[tuple[int, datetime], dict[str, float]] = field(default_factory=dict)

    async def begin(self) -> None:
        async with self.db.system() as tx:
            for table in EMPTIED:
                await tx.execute(text(f"DELETE FROM {table}"))
        self.told = {}

    async def do(self, step: Any) -> None:
        if step == "archive":
            archiver = Archiver(self.db.url, self.archive, 30)
            async for one in archiver.run(now(), quiet=timedelta(0)):
                assert isinstance(one, Archived) or "not summed up" in one.reason
        elif step == "roll up":
            await catch_up(self.db, now(), self.archive)
            await pauses.catch_up(self.db, now(), self.archive)
        elif step == "restart":
            # A reader that does not know how far it came reads everything again.
            async with self.db.system() as tx:
                await tx.execute(text("DELETE FROM telemetry_readers"))
        else:
            await self.take(step)

    async def take(self, rows: Sequence[tuple[int, datetime, dict[str, float]]]) -> None:
        given = [
            {"device_id": self.device_ids[device], "timestamp": at.isoformat(), "metrics": said}
            for device, at, said in rows
        ]
        receipt = await self.intake.take(self.tenant, from_rows(given, None), now())
        assert not receipt.rejected
        await self.intake.aftermath.write(now())
        for device, at, said in rows:
            self.told.setdefault((device, at), {}).update(said)
