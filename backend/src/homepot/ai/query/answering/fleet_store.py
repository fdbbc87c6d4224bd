"""The SQL of a tenant's fleet and of its words."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from homepot.core.database import Connection, in_binary

# Every change of a row gives it a new, higher xmin; so no change leaves the sum as it was.
_CHANGED = text(
    """
    select
        (select (count(*), sum(xmin::text::bigint))::text from devices),
        (select (count(*), sum(xmin::text::bigint))::text from sites),
        (select (count(*), sum(xmin::text::bigint))::text from device_types),
        (select (count(*), sum(xmin::text::bigint))::text from metrics),
        (select (count(*), sum(xmin::text::bigint))::text from tariffs)
    """
)
_SITES = text(
    """
    select id, public_id, name, timezone, downtime_cost_per_hour::float8, visit_cost::float8,
        currency, schedule, archived_at is not null
    from sites order by name_key, id
    """
)
_DEVICES = """
    select id, public_id, name, type, site_id, location, firmware, local_ip, tags, provenance,
        lifecycle, installed_on, warranty_until, created_at, archived_at
    from devices order by name_key, id
"""
_SETS = text("select id, metrics from metric_sets")
# A row with holes says itself which of its metrics were ever reported; others have them all.
_REPORTED = """
    select device_id, metric_set_id,
        case when array_position(values, 'NaN') is not null then values end
    from latest_readings
"""
_EVENT_KINDS = text(
    """
    select title from device_events where kind <> 'notice' and length(title) <= 60
    group by 1 order by count(*) desc, 1 limit 500
    """
)


async def fingerprint(tx: Connection) -> tuple[str, ...]:
    """Another one where a site, a device, a type or a metric is other than it was."""
    return tuple((await tx.execute(_CHANGED)).one())


async def sites(tx: Connection) -> Sequence[Any]:
    return (await tx.execute(_SITES)).all()


async def devices(tx: Connection) -> list[tuple[Any, ...]]:
    return await in_binary(tx, _DEVICES, {})


async def reported(tx: Connection) -> dict[int, frozenset[str]]:
    """By device, the metrics it has reported; equal sets are one object."""
    names = {row.id: tuple(row.metrics) for row in await tx.execute(_SETS)}
    whole = {number: frozenset(metrics) for number, metrics in names.items()}
    known: dict[frozenset[str], frozenset[str]] = {one: one for one in whole.values()}
    found: dict[int, frozenset[str]] = {}
    for device, number, values in await in_binary(tx, _REPORTED, {}):
        said = whole[number]
        if values is not None:
            pairs = zip(names[number], values, strict=True)
            said = frozenset(name for name, value in pairs if value == value)
        if device in found:
            said |= found[device]
        found[device] = known.setdefault(said, said)
    return found


async def event_kinds(tx: Connection) -> list[str]:
    return list((await tx.execute(_EVENT_KINDS)).scalars())
