"""Every SQL statement on reports."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text

from homepot.core.database import Connection
from homepot.telemetry.tables import device_reports


@dataclass(frozen=True)
class Report:
    ts: datetime
    body: dict[str, Any]


# A report that is here already changes nothing, whether it comes again alone or within a batch.
_ADD = text(
    """
    insert into device_reports (tenant_id, device_id, ts, body, received_at)
    select current_setting('homepot.tenant_id')::int, :device_id, given.ts, given.body, :received_at
    from jsonb_to_recordset(cast(:reports as jsonb)) as given (ts timestamptz, body jsonb)
    on conflict (device_id, ts) do nothing
    """
)


async def add(
    tx: Connection, device_id: int, reports: Sequence[Report], received_at: datetime
) -> int:
    """Keep these; how many of them were new."""
    spelled = json.dumps([{"ts": one.ts.isoformat(), "body": one.body} for one in reports])
    added = await tx.execute(
        _ADD, {"device_id": device_id, "reports": spelled, "received_at": received_at}
    )
    return added.rowcount


async def latest(tx: Connection, device_id: int) -> Report | None:
    found = await tx.execute(
        select(device_reports.c.ts, device_reports.c.body)
        .where(device_reports.c.device_id == device_id)
        .order_by(device_reports.c.ts.desc())
        .limit(1)
    )
    row = found.one_or_none()
    return Report(*row) if row else None
