"""From the history of incidents to occurrences: the one place that knows how incidents are kept."""

from datetime import datetime
from itertools import groupby

from homepot.alerts import deciding, incident_store
from homepot.alerts.incident_store import Happened
from homepot.alerts.occurrence import Occurrence, Subject, What
from homepot.core.database import Database

AT_ONCE_MAX = 200
_WHAT: dict[str, What] = {
    "opened": "opened",
    "worse": "worse",
    "reopened": "reopened",
    "confirmed": "confirmed",
    "resolved": "over",
    "normal": "over",
    "closed": "over",
    "merged": "merged",
}


async def read_new(database: Database, now: datetime) -> None:
    """Everything that happened and was not decided upon: each tenant's in its own transaction.

    The mark moves last: what a crash leaves behind is read again, and what was decided of it
    already is known by its source.
    """
    while True:
        async with database.system() as tx:
            low, newest = await incident_store.position(tx)
            found = await incident_store.happened(tx, low, AT_ONCE_MAX)
        by_tenant = sorted(found, key=lambda one: (one.tenant_id, one.id))
        for tenant_id, some in groupby(by_tenant, key=lambda one: one.tenant_id):
            async with database.tenant(tenant_id) as tx:
                await deciding.take(tx, tenant_id, map(occurrence_of, some), now)
        if len(found) < AT_ONCE_MAX:
            break
    if low != newest:
        async with database.system() as tx:
            await incident_store.advance(tx, newest)


def occurrence_of(one: Happened) -> Occurrence:
    return Occurrence(
        tenant_id=one.tenant_id,
        source=f"incident:{one.id}",
        incident_id=one.incident_id,
        what=_WHAT.get(one.what, "more"),
        at=one.at,
        subject=Subject(
            one.severity,  # type: ignore[arg-type]
            one.category,  # type: ignore[arg-type]
            one.site_id,
            one.device_id,
            frozenset(one.types),
            frozenset(one.tags),
            frozenset(one.member_ids),
        ),
        site_name=one.site_name,
        device_name=_named(one),
        title=_titled(one),
        words=one.description,
        since=one.started_at,
        note=one.note,
        metrics=frozenset(one.metrics),
    )


def _named(one: Happened) -> str | None:
    """Invented trouble says so wherever it is told."""
    return f"{one.device_name}{_mark(one)}" if one.device_name is not None else None


def _titled(one: Happened) -> str:
    return one.title if one.device_name is not None else f"{one.title}{_mark(one)}"


def _mark(one: Happened) -> str:
    return "" if one.provenance in (None, "real") else f" ({one.provenance})"
