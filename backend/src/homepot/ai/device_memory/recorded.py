"""Incidents that somebody wrote up, with what the stored readings did meanwhile."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

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

Name = Annotated[str, Field(min_length=1, max_length=64)]


class RecordedIncident(BaseModel):
    """A line of incidents.jsonl; fields nobody listed are left out."""

    model_config = ConfigDict(extra="ignore")

    id: Name
    device_id: Name
    category: Annotated[str, Field(max_length=64)] | None = None
    severity: Literal["critical", "warning", "info"] | None = None
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
        async with self.database.tenant(self.tenant_id) as tx:
            device = await devices.find(tx, incident.device_id)
            site, kind = device.site_id, device.type
        start, end = incident.started_at.timestamp(), incident.ended_at.timestamp()
        readings = await self._readings(incident.device_id, incident)
        around = 0.0
        if silent_share(readings.at, start, end) > SILENT:
            around = await self._around(site, incident)
        return signature_of(readings, start, end, kind, around=around) or None

    async def _readings(self, device_id: str, incident: RecordedIncident) -> Readings:
        window = (
            incident.started_at - timedelta(days=BASELINE_DAYS),
            incident.ended_at + timedelta(microseconds=1),
        )
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

    async def _around(self, site: str, incident: RecordedIncident) -> float:
        if site not in self._sites:
            async with self.database.tenant(self.tenant_id) as tx:
                query = DeviceQuery(Filters(site_ids=[site]), limit=_NEIGHBOURS_MAX)
                found = await devices.page(tx, query, None)
            self._sites[site] = [one.public_id for one in found.items]
        others = [one for one in self._sites[site] if one != incident.device_id]
        start, end = incident.started_at.timestamp(), incident.ended_at.timestamp()
        quiet = [
            silent_share((await self._readings(one, incident)).at, start, end) > _AROUND
            for one in others
        ]
        return float(np.mean(quiet)) if quiet else 0.0
