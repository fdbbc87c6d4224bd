"""Every SQL statement of detection in operation; the transaction is the system's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from homepot.ai.anomaly_detection.offline_store import COMPANION, TURN
from homepot.ai.anomaly_detection.tables import (
    ai_anomaly_logs,
    detection_notes,
    detection_shares,
    detection_steps,
)
from homepot.ai.anomaly_detection.watching.register import Watched
from homepot.ai.anomaly_detection.watching.silence import TOGETHER_S, Heard
from homepot.core.database import Connection


@dataclass(frozen=True)
class SiteRow:
    id: int
    timezone: str
    schedule: list[dict[str, Any]]
    maintenance_windows: list[dict[str, Any]]
    closed_on: list[date]


@dataclass(frozen=True)
class Kept:
    """What is known of a share."""

    engine_version: str
    generation: int
    seq: int
    checkpoint_seq: int
    engine: bytes
    behind: bytes
    checkpoint_at: datetime


_DEVICES = text(
    """
    select d.id, d.tenant_id, d.site_id, s.timezone, d.type
    from devices as d join sites as s on s.id = d.site_id
    where d.lifecycle in ('pending', 'active') and d.archived_at is null
    """
)
_HEARD = text(
    """
    select s.device_id, s.silence_s, extract(epoch from s.silent_after)::float8,
        extract(epoch from s.last_heartbeat_at)::float8,
        (select extract(epoch from max(l.ts))::float8 from device_latest as l
            where l.device_id = s.device_id),
        {companion}
    from device_state as s where s.device_id = any(:rows)
    """.replace("{companion}", COMPANION)
)
# Whoever misses devices by their signs of life has written what it is about to.
_TURN = text(f"select pg_advisory_xact_lock({TURN})")
_MISSED = text(
    "select exists (select from ai_anomaly_logs"
    " where device_id = :row and kind = 'silent' and ended_at is null and generation = 0)"
)
_SITES = text("select id, timezone, schedule, maintenance_windows, closed_on from sites")
_GAP = text("select max(to_at) from server_gaps")


async def devices(tx: Connection) -> list[Watched]:
    return [Watched(*row) for row in await tx.execute(_DEVICES)]


async def sites(tx: Connection) -> list[SiteRow]:
    return [SiteRow(*row) for row in await tx.execute(_SITES)]


async def heard(tx: Connection, rows: Sequence[int], now: datetime) -> dict[int, Heard]:
    """What connectivity knows of these devices, by their rows."""
    given = {"rows": list(rows), "now": now, "together_s": TOGETHER_S}
    return {row: Heard(*known) for row, *known in await tx.execute(_HEARD, given)}


async def last_gap(tx: Connection) -> datetime | None:
    """When the server last came back from being away."""
    found: datetime | None = (await tx.execute(_GAP)).scalar_one()
    return found


# -- what is kept -------------------------------------------------------------------------------


async def kept(tx: Connection, share: int) -> Kept | None:
    columns = [detection_shares.c[name] for name in Kept.__dataclass_fields__]
    found = await tx.execute(select(*columns).where(detection_shares.c.share == share))
    row = found.one_or_none()
    return Kept(*row) if row else None


async def kept_at(tx: Connection, share: int) -> datetime | None:
    """When what is known of the share was last written."""
    found: datetime | None = (
        await tx.execute(
            select(detection_shares.c.checkpoint_at).where(detection_shares.c.share == share)
        )
    ).scalar_one_or_none()
    return found


async def claim(tx: Connection, share: int) -> tuple[int, int] | None:
    """Generation and steps of the share; nobody else goes on with it in this transaction."""
    found = await tx.execute(
        select(detection_shares.c.generation, detection_shares.c.seq)
        .where(detection_shares.c.share == share)
        .with_for_update()
    )
    row = found.one_or_none()
    return (row.generation, row.seq) if row else None


async def hold(tx: Connection, share: int) -> None:
    """Where there is no row yet: one worker at a time all the same."""
    lock = text("select pg_advisory_xact_lock(hashtext('detection share'), :share)")
    await tx.execute(lock, {"share": share})


async def steps(tx: Connection, share: int, after: int) -> list[tuple[int, bytes]]:
    table = detection_steps
    found = await tx.execute(
        select(table.c.seq, table.c.content)
        .where(table.c.share == share, table.c.seq > after)
        .order_by(table.c.seq)
    )
    return [(seq, content) for seq, content in found]


async def add_step(tx: Connection, share: int, seq: int, content: bytes) -> None:
    await tx.execute(insert(detection_steps).values(share=share, seq=seq, content=content))
    await tx.execute(
        update(detection_shares).where(detection_shares.c.share == share).values(seq=seq)
    )


async def save(tx: Connection, share: int, values: Kept) -> None:
    """A checkpoint: the steps before it are no longer needed."""
    said = vars(values)
    await tx.execute(
        upsert(detection_shares)
        .values(share=share, **said)
        .on_conflict_do_update(index_elements=["share"], set_=said)
    )
    table = detection_steps
    await tx.execute(
        delete(table).where(table.c.share == share, table.c.seq <= values.checkpoint_seq)
    )


async def begin_anew(tx: Connection, share: int) -> None:
    await tx.execute(delete(detection_steps).where(detection_steps.c.share == share))


# -- notes and learning -------------------------------------------------------------------------

_TAKE_NOTES = text(
    "delete from detection_notes where id in"
    " (select id from detection_notes order by id limit 1000)"
    " returning device_id, extract(epoch from changed_at)::float8"
)
_SAVE_LEARNED = text(
    """
    insert into detection_devices as k (device_id, tenant_id, learned_h, needed_h, updated_at)
    select d.id, d.tenant_id, g.learned, :needed, :now
    from unnest(cast(:rows as int[]), cast(:hours as float8[])) as g (device_id, learned)
        join devices as d on d.id = g.device_id
    on conflict (device_id) do update
    set learned_h = excluded.learned_h, needed_h = excluded.needed_h,
        updated_at = excluded.updated_at
    where k.learned_h <> excluded.learned_h or k.needed_h <> excluded.needed_h
    """
)


async def has_notes(tx: Connection) -> bool:
    found = await tx.execute(select(detection_notes.c.id).limit(1))
    return found.one_or_none() is not None


async def take_notes(tx: Connection) -> list[tuple[int, float]]:
    return [(row, at) for row, at in await tx.execute(_TAKE_NOTES)]


async def add_note(tx: Connection, tenant_id: int, device_row: int, at: datetime) -> None:
    await tx.execute(
        insert(detection_notes).values(tenant_id=tenant_id, device_id=device_row, changed_at=at)
    )


async def save_learned(
    tx: Connection, hours: dict[int, float], needed: float, now: datetime
) -> None:
    given = {
        "rows": list(hours),
        "hours": list(hours.values()),
        "needed": needed,
        "now": now,
    }
    if hours:
        await tx.execute(_SAVE_LEARNED, given)


# -- the log ------------------------------------------------------------------------------------


async def logged(
    tx: Connection, generation: int, keys: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], dict[str, Any]]:
    """What is written of these deviations, by device and number."""
    table = ai_anomaly_logs
    found = await tx.execute(
        select(table).where(
            table.c.generation == generation,
            table.c.device_id.in_({row for row, _ in keys}),
            table.c.number.in_({number for _, number in keys}),
        )
    )
    rows = [dict(row) for row in found.mappings()]
    return {(row["device_id"], row["number"]): row for row in rows}


async def add(tx: Connection, values: dict[str, Any]) -> int:
    made = insert(ai_anomaly_logs).values(values).returning(ai_anomaly_logs.c.id)
    number: int = (await tx.execute(made)).scalar_one()
    return number


async def is_missed(tx: Connection, device_row: int) -> bool:
    """Whether its silence is written down already, by its signs of life."""
    await tx.execute(_TURN)
    found: bool = (await tx.execute(_MISSED, {"row": device_row})).scalar_one()
    return found


async def change(tx: Connection, anomaly: int, values: dict[str, Any]) -> None:
    await tx.execute(update(ai_anomaly_logs).where(ai_anomaly_logs.c.id == anomaly).values(values))


async def end_older(tx: Connection, generation: int, now: datetime) -> list[dict[str, Any]]:
    """What an earlier life of the engine had not ended; it is gone and will not end it."""
    found = await tx.execute(
        update(ai_anomaly_logs)
        .where(
            ai_anomaly_logs.c.generation.between(1, generation - 1),
            ai_anomaly_logs.c.ended_at.is_(None),
        )
        .values(ended_at=now)
        .returning(ai_anomaly_logs)
    )
    return [dict(row) for row in found.mappings()]
