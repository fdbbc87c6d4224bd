"""Every SQL statement on channels, rules and silences; all run inside a tenant's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Column, Integer, Table, cast, delete, func, insert, select, text, update

from homepot.alerts.tables import alert_channels, alert_rules, alert_silences
from homepot.core.database import Connection

_TENANT = cast(func.current_setting("homepot.tenant_id"), Integer)


@dataclass(frozen=True)
class Channel:
    """A channel without its address, which requests cannot read."""

    id: int
    public_id: str
    name: str
    kind: str
    topic: str | None
    shown: str
    length: str
    enabled: bool
    created_at: datetime
    last_sent_at: datetime | None
    failing_since: datetime | None
    problem: str | None


@dataclass(frozen=True)
class RuleRow:
    id: int
    public_id: str
    name: str
    enabled: bool
    severity_min: str
    categories: list[str]
    site_ids: list[str]
    types: list[str]
    tags: list[str]
    hours: list[dict[str, Any]]
    opening: str
    during_maintenance: bool
    channel_ids: list[str]
    escalate_after_min: int | None
    escalate_channel_ids: list[str]
    digest: str
    digest_at: str
    timezone: str
    tells_over: bool
    created_at: datetime


@dataclass(frozen=True)
class SilenceRow:
    id: int
    public_id: str
    device_id: str | None
    site_id: str | None
    type: str | None
    tag: str | None
    category: str | None
    reason: str | None
    created_by: str
    created_at: datetime
    until: datetime
    ended_by: str | None


Row = TypeVar("Row", Channel, RuleRow, SilenceRow)
_TABLES: dict[type, Table] = {
    Channel: alert_channels,
    RuleRow: alert_rules,
    SilenceRow: alert_silences,
}


def _columns(kind: type) -> list[Column[Any]]:
    return [_TABLES[kind].c[name] for name in kind.__dataclass_fields__]  # type: ignore[attr-defined]


async def hold_configuration(tx: Connection) -> None:
    """One at a time changes what a tenant has configured, so that limits and references hold."""
    await tx.execute(
        text(
            "select pg_advisory_xact_lock(hashtext('alerts'),"
            " current_setting('homepot.tenant_id')::int)"
        )
    )


async def add(tx: Connection, kind: type[Row], values: Mapping[str, Any]) -> Row:
    statement = insert(_TABLES[kind]).values(tenant_id=_TENANT, **values)
    return kind(*(await tx.execute(statement.returning(*_columns(kind)))).one())


async def change(tx: Connection, kind: type[Row], row_id: int, values: Mapping[str, Any]) -> Row:
    table = _TABLES[kind]
    statement = update(table).where(table.c.id == row_id).values(**values)
    return kind(*(await tx.execute(statement.returning(*_columns(kind)))).one())


async def channels(tx: Connection) -> list[Channel]:
    table = alert_channels
    found = await tx.execute(
        select(*_columns(Channel)).where(table.c.removed_at.is_(None)).order_by(table.c.id)
    )
    return [Channel(*row) for row in found]


async def rules(tx: Connection) -> list[RuleRow]:
    found = await tx.execute(select(*_columns(RuleRow)).order_by(alert_rules.c.id))
    return [RuleRow(*row) for row in found]


async def remove_rule(tx: Connection, row_id: int) -> None:
    await tx.execute(delete(alert_rules).where(alert_rules.c.id == row_id))


async def silences(tx: Connection, now: datetime) -> list[SilenceRow]:
    """Those that last."""
    table = alert_silences
    found = await tx.execute(
        select(*_columns(SilenceRow)).where(table.c.until > now).order_by(table.c.id)
    )
    return [SilenceRow(*row) for row in found]


async def past_silences(tx: Connection, limit: int) -> list[SilenceRow]:
    """All there are, the newest first."""
    found = await tx.execute(
        select(*_columns(SilenceRow)).order_by(alert_silences.c.id.desc()).limit(limit)
    )
    return [SilenceRow(*row) for row in found]


async def silence(tx: Connection, public_id: str) -> SilenceRow | None:
    found = await tx.execute(
        select(*_columns(SilenceRow)).where(alert_silences.c.public_id == public_id)
    )
    row = found.one_or_none()
    return SilenceRow(*row) if row else None


async def forget_silences(tx: Connection, before: datetime) -> int:
    """All tenants."""
    statement = delete(alert_silences).where(alert_silences.c.until < before)
    return (await tx.execute(statement)).rowcount


def ids(rows: Sequence[Channel]) -> dict[str, int]:
    """The rows of channels by their ids."""
    return {one.public_id: one.id for one in rows}
