"""Every SQL statement on device types and the metric registry.

All run inside a tenant's transaction: row-level security picks the rows, and the tenant of a new
row is the transaction's own.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, cast, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from homepot.core.database import Connection
from homepot.fleet.types.tables import device_types, metrics

_TENANT = cast(func.current_setting("homepot.tenant_id"), Integer)


@dataclass(frozen=True)
class TypeRow:
    name: str
    label: str | None
    metrics: Mapping[str, Mapping[str, Any] | None]


@dataclass(frozen=True)
class MetricRow:
    id: int
    name: str
    label: str | None
    unit: str | None
    kind: str | None
    range_low: float | None
    range_high: float | None
    direction: str | None
    origin: str
    first_seen_at: datetime | None


@dataclass(frozen=True)
class NewMetric:
    name: str
    origin: str
    first_seen_at: datetime | None


async def type_rows(tx: Connection) -> list[TypeRow]:
    found = await tx.execute(
        select(device_types.c.name, device_types.c.label, device_types.c.metrics)
    )
    return [TypeRow(*row) for row in found]


async def type_row(tx: Connection, name: str) -> TypeRow | None:
    found = await tx.execute(
        select(device_types.c.name, device_types.c.label, device_types.c.metrics).where(
            device_types.c.name == name
        )
    )
    row = found.one_or_none()
    return TypeRow(*row) if row else None


async def types_of(
    tx: Connection, tenant_ids: Collection[int]
) -> list[tuple[int, str, Mapping[str, Mapping[str, Any] | None]]]:
    """What tenants say of their types."""
    table = device_types
    found = await tx.execute(
        select(table.c.tenant_id, table.c.name, table.c.metrics).where(
            table.c.tenant_id.in_(list(tenant_ids))
        )
    )
    return [(row[0], row[1], row[2]) for row in found]


async def named(
    tx: Connection, tenant_ids: Collection[int], names: Collection[str]
) -> list[tuple[int, str, str | None, str | None]]:
    """What tenants say of these metrics: label and kind."""
    said = (metrics.c.label, metrics.c.kind)
    found = await tx.execute(
        select(metrics.c.tenant_id, metrics.c.name, *said).where(
            metrics.c.tenant_id.in_(list(tenant_ids)),
            metrics.c.name.in_(list(names)),
            metrics.c.label.is_not(None) | metrics.c.kind.is_not(None),
        )
    )
    return [(row[0], row[1], row[2], row[3]) for row in found]


async def save_type(tx: Connection, row: TypeRow, now: datetime) -> None:
    values = {"label": row.label, "metrics": dict(row.metrics), "updated_at": now}
    statement = insert(device_types).values(tenant_id=_TENANT, name=row.name, **values)
    await tx.execute(
        statement.on_conflict_do_update(index_elements=["tenant_id", "name"], set_=values)
    )


async def count_types(tx: Connection) -> int:
    return (await tx.execute(select(func.count()).select_from(device_types))).scalar_one()


async def forget_type(tx: Connection, name: str) -> bool:
    gone = await tx.execute(delete(device_types).where(device_types.c.name == name))
    return gone.rowcount > 0


_METRIC_COLUMNS = [metrics.c[name] for name in MetricRow.__dataclass_fields__]


async def metric_rows(tx: Connection) -> list[MetricRow]:
    return [MetricRow(*row) for row in await tx.execute(select(*_METRIC_COLUMNS))]


async def metric_row(tx: Connection, name: str) -> MetricRow | None:
    found = await tx.execute(select(*_METRIC_COLUMNS).where(metrics.c.name == name))
    row = found.one_or_none()
    return MetricRow(*row) if row else None


async def metrics_by_name(
    tx: Connection, names: Sequence[str]
) -> dict[str, tuple[int, datetime | None]]:
    """Of these names the ones there are: id, and when first seen."""
    found = await tx.execute(
        select(metrics.c.name, metrics.c.id, metrics.c.first_seen_at).where(
            metrics.c.name == func.any(list(names))
        )
    )
    return {name: (metric_id, first_seen_at) for name, metric_id, first_seen_at in found}


# Two intakes may meet the same new metric at once: the second waits for the first and is given
# its id. In the order of the names, so that they cannot wait for each other.
_ADD = text(
    "INSERT INTO metrics (tenant_id, name, origin, first_seen_at)"
    " SELECT current_setting('homepot.tenant_id')::int, given.name, given.origin, :first_seen_at"
    " FROM unnest(CAST(:names AS text[]), CAST(:origins AS text[])) AS given (name, origin)"
    " WHERE (SELECT count(*) FROM metrics) + :new <= :most"
    " ORDER BY given.name"
    " ON CONFLICT (tenant_id, name) DO UPDATE SET name = excluded.name"
    " RETURNING name, id"
)


async def add_metrics(
    tx: Connection,
    names: Sequence[str],
    origins: Sequence[str],
    first_seen_at: datetime | None,
    most: int,
) -> dict[str, int]:
    """Register these; nothing at all where the tenant would then have more than `most`."""
    added = await tx.execute(
        _ADD,
        {
            "names": list(names),
            "origins": list(origins),
            "first_seen_at": first_seen_at,
            "new": len(names),
            "most": most,
        },
    )
    return {row.name: row.id for row in added}


async def mark_seen(tx: Connection, ids: Sequence[int], now: datetime) -> None:
    await tx.execute(
        update(metrics)
        .where(metrics.c.id == func.any(list(ids)), metrics.c.first_seen_at.is_(None))
        .values(first_seen_at=now)
    )


async def say_of_metric(tx: Connection, name: str, values: Mapping[str, Any]) -> None:
    await tx.execute(update(metrics).where(metrics.c.name == name).values(**values))


_CLAIM = text(
    """
    update metrics as m set unit = given.unit
    from unnest(cast(:names as text[]), cast(:units as text[])) as given (name, unit)
    where m.name = given.name and m.unit is null
    returning m.name
    """
)


async def claim_units(tx: Connection, units: Mapping[str, str]) -> list[str]:
    """Say the units of metrics of which none was said; those that were waiting for it."""
    given = {"names": list(units), "units": list(units.values())}
    return list((await tx.execute(_CLAIM, given)).scalars())
