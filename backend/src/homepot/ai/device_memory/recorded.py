"""Incidents that somebody wrote up, with what the stored readings did meanwhile."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from homepot.ai.device_memory import store
from homepot.ai.device_memory.patterns import IncidentPattern
from homepot.ai.device_memory.signature import (
    BASELINE_DAYS,
    SILENT,
    Readings,
    Signature,
    signature_of,
    silent_share,
)
from homepot.core.database import Database
from homepot.fleet.devices import service as devices
from homepot.fleet.devices.listing import DeviceQuery, Filters
from homepot.fleet.moments import Moment
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.reading.service import Raw, whole

# A site with more devices is judged by so many of them.
_NEIGHBOURS_MAX = 40
_READINGS_MAX = 200_000  # of one device: of more, the last count
_AROUND = 0.5
_BASELINE = timedelta(days=BASELINE_DAYS)
_PACE = timedelta(days=2)  # so much of a neighbour says how often it reports

Name = Annotated[str, Field(min_length=1, max_length=64)]


class RecordedIncident(BaseModel):
    """A line of incidents.jsonl; fields nobody listed are left out."""

    model_config = ConfigDict(extra="ignore")

    id: Name
    device_id: Name
    category: Annotated[str, Field(max_length=64)] | None = None
    severity: Literal["info", "warning", "critical"] | None = None
    started_at: Moment
    ended_at: Moment
    description: Annotated[str, Field(min_length=1)]
    resolution: str | None = None
    effective: bool | None = None

    def pattern(self, signature: Signature | None) -> IncidentPattern:
        return IncidentPattern(
            self.description,
            self.id,
            self.device_id,
            self.category or None,
            self.severity,
            self.started_at,
            self.ended_at,
            self.resolution or None,
            self.effective,
            signature,
        )


@dataclass(frozen=True)
class Looker:
    """Reads what a device and its neighbours reported around an incident."""

    database: Database
    archive: Archive
    tenant_id: int
    _sites: dict[str, list[str]] = field(default_factory=dict)

    async def signature(self, incident: RecordedIncident) -> Signature | None:
        """None where the readings show nothing unusual, or there are none."""
        return await self.signature_of(incident.device_id, incident.started_at, incident.ended_at)

    async def signature_of(
        self, device_id: str, start: datetime, end: datetime
    ) -> Signature | None:
        """Of any time of a device."""
        async with self.database.tenant(self.tenant_id) as tx:
            device = await devices.find(tx, device_id)
            known = await store.spans(tx, device.id, start - _BASELINE, start)
        troubled = [(begun.timestamp(), over.timestamp()) for begun, over in known]
        readings = await self._readings(device_id, start - _BASELINE, end)
        span = start.timestamp(), end.timestamp()
        around = 0.0
        if silent_share(readings.at, *span) > SILENT:
            around = await self._around(device_id, device.site_id, start, end)
        found = await asyncio.to_thread(
            signature_of, readings, *span, device.type, around=around, troubled=troubled
        )
        return found or None

    async def _readings(self, device_id: str, start: datetime, end: datetime) -> Readings:
        window = start, end + timedelta(microseconds=1)
        pieces: deque[Raw] = deque()
        count = 0
        names: list[str] = []
        async for raw in whole(self.database, self.archive, self.tenant_id, device_id, *window):
            names = list(raw.metrics)
            pieces.append(raw)
            count += len(raw.at)
            while count - len(pieces[0].at) > _READINGS_MAX:
                count -= len(pieces.popleft().at)
        at = [moment.timestamp() for piece in pieces for moment in piece.at]
        rows = [piece.values for piece in pieces]
        table = np.concatenate(rows) if rows else np.empty((0, 0))
        columns: Mapping[str, Any] = {name: table[:, place] for place, name in enumerate(names)}
        return Readings(np.array(at), columns)

    async def _around(self, device_id: str, site: str, start: datetime, end: datetime) -> float:
        """Share of the other devices of the site that were silent too."""
        if site not in self._sites:
            async with self.database.tenant(self.tenant_id) as tx:
                query = DeviceQuery(Filters(site_ids=[site]), limit=_NEIGHBOURS_MAX)
                found = await devices.page(tx, query, None)
            self._sites[site] = [one.public_id for one in found.items]
        quiet = []
        for other in self._sites[site]:
            if other != device_id:
                at = (await self._readings(other, start - _PACE, end)).at
                quiet.append(silent_share(at, start.timestamp(), end.timestamp()) > _AROUND)
        return float(np.mean(quiet)) if quiet else 0.0
