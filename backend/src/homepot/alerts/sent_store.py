"""The SQL of the messages that went out."""

from datetime import datetime
from typing import Any

from sqlalchemy import text

from homepot.core.database import Connection

SENT_MAX = 50_000
# A message that tells of several incidents is one: the first of them says whose it is.
_SENT = text(
    """
    select distinct on (d.id) d.public_id, coalesce(d.ended_at, d.created_at), a.device_id,
        a.site_id, a.category, n.severity, a.title
    from alert_deliveries as d
        join alert_notices as n on n.delivery_id = d.id
        join alerts as a on a.id = n.alert_id
    where d.state = 'sent' and d.kind <> 'test'
        and coalesce(d.ended_at, d.created_at) >= :start
        and coalesce(d.ended_at, d.created_at) < :end
    order by d.id, n.id limit :most
    """
)


async def sent(tx: Connection, start: datetime, end: datetime) -> list[tuple[Any, ...]]:
    found = await tx.execute(_SENT, {"start": start, "end": end, "most": SENT_MAX})
    return [tuple(row) for row in found]
