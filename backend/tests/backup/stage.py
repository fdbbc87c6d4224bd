"""An installation that has lived a little, and commands given to it or to another one."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from click.testing import Result

from homepot.backup import writing
from homepot.core.clock import now
from homepot.core.database import Database
from homepot.core.settings import Settings
from homepot.telemetry.intake.rows import from_rows
from homepot.telemetry.intake.service import Intake

PASSPHRASE = "four brass kettles in a row"
LONG_AGO = timedelta(days=40)
Command = Callable[..., Result]


@dataclass
class Lived:
    """An installation with a device, readings of today, and a day of them in the archive."""

    settings: Settings
    database: Database
    intake: Intake
    tenant_id: int
    device_id: str

    async def store(self, age: timedelta, value: float) -> None:
        at = now() - age
        row = {"device_id": self.device_id, "timestamp": at.isoformat(), "metrics": {"odd": value}}
        receipt = await self.intake.take(self.tenant_id, from_rows([row], None), now())
        assert not receipt.rejected

    @property
    def url(self) -> str:
        return self.database.url

    @property
    def source(self) -> writing.Source:
        return writing.Source(self.url, self.settings.data_dir / "archive", {}, {})


async def run_in_thread(run: Callable[..., Result], *words: str, **how: Any) -> Result:
    return await asyncio.to_thread(run, *words, **how)
