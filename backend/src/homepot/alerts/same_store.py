"""The SQL of one problem that is known twice: as something foreseen, and as an incident."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from homepot.core.database import Connection

_FORESEEN = text(
    """
    select a.id from alerts as a
    where a.device_id = :device_id and a.state <> 'over' and (exists (
            select from ai_predictions as p where p.tenant_id = a.tenant_id
                and p.public_id = a.incident_id and p.metric = any(:metrics))
        or exists (
            select from ai_forewarnings as f where f.tenant_id = a.tenant_id
                and f.public_id = a.incident_id and f.metric = any(:metrics)))
    order by a.id for update
    """
)
_GOES_ON = text(
    """
    select a.incident_id, a.severity from alerts as a
        join incidents as i on i.tenant_id = a.tenant_id and i.public_id = a.incident_id
    where a.device_id = :device_id and a.state <> 'over' and exists (
        select from incident_anomalies as l join ai_anomaly_logs as g on g.id = l.anomaly_id,
            jsonb_array_elements(g.metrics) as m
        where l.incident_id = i.id and m ->> 'name' = any(:metrics))
    order by array_position(array['critical', 'warning', 'info'], a.severity), a.id limit 1
    """
)
# Of each channel one: it has been told of the problem, by whatever name.
_TAKE_NOTICES = text(
    """
    update alert_notices as n set alert_id = :to_id, what = 'opened', episode = :episode
    from (
        select min(id) as id from alert_notices
        where alert_id = :from_id and what <> 'over' group by channel_id, severity
    ) as one
    where n.id = one.id and not exists (
        select from alert_notices as known
        where known.alert_id = :to_id and known.channel_id = n.channel_id
            and known.what = 'opened' and known.severity = n.severity and known.episode = :episode)
    returning n.channel_id
    """
)
_STOP = text("delete from alert_waits where alert_id = :from_id")
_OVER = text("update alerts set state = 'over' where id = :from_id")
_SAID = text(
    """
    select i.id, p.first_at, p.label, p.severity, p.limit_value, p.unit, p.crosses_at
    from incidents as i join ai_predictions as p on p.device_id = i.device_id
    where (i.id = any(:rows) or i.public_id = :incident_id) and p.first_at < i.opened_at
        and (p.ended_at is null or p.ended_at > i.started_at - interval '2 days')
        and exists (
            select from incident_anomalies as l join ai_anomaly_logs as g on g.id = l.anomaly_id,
                jsonb_array_elements(g.metrics) as m
            where l.incident_id = i.id and m ->> 'name' = p.metric)
    order by i.id, p.first_at, p.id
    """
)


@dataclass(frozen=True)
class Foreseen:
    """What was said of an incident before it began."""

    first_at: datetime
    label: str
    severity: str
    limit: float
    unit: str
    crosses_at: datetime


async def foreseen_alerts(tx: Connection, device_id: str, metrics: Collection[str]) -> list[int]:
    """Alerts of what is foreseen of these metrics, not over yet."""
    given = {"device_id": device_id, "metrics": sorted(metrics)}
    return list((await tx.execute(_FORESEEN, given)).scalars())


async def incident_of(
    tx: Connection, device_id: str, metrics: Collection[str]
) -> tuple[str, str] | None:
    """The worst incident that goes on in these metrics, and how bad it is."""
    given = {"device_id": device_id, "metrics": sorted(metrics)}
    row = (await tx.execute(_GOES_ON, given)).one_or_none()
    return (row[0], row[1]) if row else None


async def take_over(tx: Connection, from_id: int, to_id: int, episode: int) -> int:
    """One alert goes on as another: who knows of the one knows of the other. How many do."""
    given = {"from_id": from_id, "to_id": to_id, "episode": episode}
    told = (await tx.execute(_TAKE_NOTICES, given)).all()
    await tx.execute(_STOP, {"from_id": from_id})
    await end(tx, from_id)
    return len(told)


async def end(tx: Connection, alert_id: int) -> None:
    await tx.execute(_OVER, {"from_id": alert_id})


async def said_before(
    tx: Connection, rows: Collection[int] = (), incident_id: str | None = None
) -> dict[int, list[Foreseen]]:
    """What was foreseen of incidents, by their rows or the id of one."""
    found: dict[int, list[Foreseen]] = {}
    given = {"rows": list(rows), "incident_id": incident_id}
    for row, *said in await tx.execute(_SAID, given):
        found.setdefault(row, []).append(Foreseen(*said))
    return found
