"""The SQL that tells which incidents were failures, and which were mended before they were."""

from datetime import datetime

from sqlalchemy import text

from homepot.core.database import Connection

# One that was found has a history of how bad it was. One that came with its history has one
# severity for its whole time, and begins where its trouble began: it counts at its end.
_PAST = text(
    """
    select i.device_id,
        case when i.provenance = 'detected' then c.at
            when i.severity = 'critical' then i.ended_at end as failed_at,
        coalesce(i.ended_at, i.changed_at) as over_at,
        i.resolution is not null and i.worked is distinct from false as is_mended,
        i.state in ('open', 'confirmed') as is_open
    from incidents as i left join lateral (
        select min(h.at) as at from incident_history as h
        where h.incident_id = i.id and h.severity = 'critical') as c on true
    where i.device_id is not null and i.state not in ('normal', 'merged')
        and coalesce(i.ended_at, i.changed_at) >= :since and i.started_at < :until
    order by i.device_id, i.started_at, i.id
    """
)


async def past(
    tx: Connection, since: datetime, until: datetime
) -> list[tuple[int, datetime | None, datetime, bool, bool]]:
    found = await tx.execute(_PAST, {"since": since, "until": until})
    return [(row[0], row[1], row[2], row[3], row[4]) for row in found]
