"""Every SQL statement of privacy; tables are found by their shape."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from homepot.core.database import Connection

# Of no use to anybody but who wants to break in.
_SECRET = "(secret|password|hash|digest)"  # noqa: S105  a pattern of names
_ROWS_AT_ONCE = 1_000

_WITH_COLUMN = text(
    """
    select c.relname, exists (
        select from pg_constraint f where f.conrelid = c.oid and f.contype = 'f'
            and f.confrelid = to_regclass(:refers_to) and a.attnum = any (f.conkey)),
        (select attname from pg_attribute t where t.attrelid = c.oid and t.attnum > 0
            and t.attname in ('ts', 'bucket')),
        c.relrowsecurity
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attname = :column and a.attnum > 0
    join pg_type t on t.oid = a.atttypid and t.typname = any (cast(:types as text[]))
    where c.relkind in ('r', 'p') and not c.relispartition
        and c.relnamespace = 'public'::regnamespace
    order by 1
    """
)
_NUMBERS = ["int4", "int8"]


@dataclass(frozen=True)
class Shape:
    name: str
    refers: bool
    """Whether its rows go with the row that they refer to."""
    at: str | None
    is_isolated: bool


async def tables_with(
    tx: Connection, column: str, refers_to: str, types: Sequence[str] = _NUMBERS
) -> list[Shape]:
    given = {"column": column, "refers_to": f"public.{refers_to}", "types": list(types)}
    return [Shape(*row) for row in await tx.execute(_WITH_COLUMN, given)]


async def devices_of(tx: Connection, tenant_id: int, public_id: str | None) -> dict[str, int]:
    found = await tx.execute(
        text(
            "select public_id, id from devices where tenant_id = :tenant_id"
            " and (cast(:public_id as text) is null or public_id = :public_id)"
        ),
        {"tenant_id": tenant_id, "public_id": public_id},
    )
    return {row.public_id: row.id for row in found}


@dataclass(frozen=True)
class User:
    id: int
    username: str
    name: str
    role: str


async def user_named(tx: Connection, tenant_id: int, username: str) -> User | None:
    found = await tx.execute(
        text(
            "select id, username, name, role from users"
            " where tenant_id = :tenant_id and username_key = lower(:username)"
        ),
        {"tenant_id": tenant_id, "username": username},
    )
    row = found.one_or_none()
    return User(*row) if row else None


async def other_admins(tx: Connection, tenant_id: int, user_id: int) -> int:
    found = await tx.execute(
        text(
            "select count(*) from users where tenant_id = :tenant_id and id <> :user_id"
            " and role = 'admin' and deactivated_at is null"
        ),
        {"tenant_id": tenant_id, "user_id": user_id},
    )
    return int(found.scalar_one())


# -- giving out -------------------------------------------------------------------------------


async def lines(
    tx: Connection, table: str, where: str, given: Mapping[str, Any]
) -> AsyncIterator[str]:
    """Each row as JSON, without secrets and raw bytes."""
    dropped = await tx.execute(
        text(
            "select coalesce(array_agg(attname::text), '{}') from pg_attribute"
            " where attrelid = cast(:name as regclass) and attnum > 0 and not attisdropped"
            " and (attname ~ :secret or atttypid = 'bytea'::regtype)"
        ),
        {"name": f"public.{table}", "secret": _SECRET},
    )
    query = text(
        f"select (to_jsonb(t) - cast(:dropped as text[]))::text from public.{table} t"  # noqa: S608
        f" where {where}"
    )
    words = {**given, "dropped": dropped.scalar_one()}
    async with tx.stream(query, words) as rows:
        async for (line,) in rows.yield_per(_ROWS_AT_ONCE):
            yield str(line)


# -- erasing ----------------------------------------------------------------------------------


async def span(
    tx: Connection, table: Shape, device_ids: Sequence[int]
) -> tuple[datetime, datetime] | None:
    found = await tx.execute(
        text(
            f"select min({table.at}), max({table.at}) from {table.name}"  # noqa: S608
            " where device_id = any (:ids)"
        ),
        {"ids": list(device_ids)},
    )
    first, last = found.one()
    return None if first is None else (first, last)


async def erase_rows(
    tx: Connection,
    table: Shape,
    device_ids: Sequence[int],
    within: tuple[datetime, datetime] | None,
) -> int:
    statement = f"delete from {table.name} where device_id = any (:ids)"  # noqa: S608
    given: dict[str, Any] = {"ids": list(device_ids)}
    if within is not None:
        statement += f" and {table.at} >= :first and {table.at} < :end"
        given["first"], given["end"] = within
    return (await tx.execute(text(statement), given)).rowcount


async def erase_devices(tx: Connection, device_ids: Sequence[int]) -> int:
    """With everything that refers to them."""
    statement = text("delete from devices where id = any (:ids)")
    return (await tx.execute(statement, {"ids": list(device_ids)})).rowcount


_GONE = text(
    """
    select named.id from (
        select unnest(device_ids) as id from telemetry_commits
        union
        select device_id from device_latest
    ) as named
    where not exists (select from devices where devices.id = named.id)
    order by 1
    """
)


async def gone_devices(tx: Connection) -> list[int]:
    """Devices that readings were stored of lately and that are no more."""
    return list((await tx.execute(_GONE)).scalars())


async def erase_where(owner: Connection, tables: Sequence[Shape], where: str, value: int) -> None:
    """Rows of isolated tables, in an order that no reference forbids; as the tables' owner, for the
    length of whose transaction the isolation of these tables does not bind him."""
    left = list(tables)
    for table in left:
        await _bind(owner, table, bound=False)
    while left:
        waiting = []
        for table in left:
            try:
                async with owner.begin_nested():
                    statement = f"delete from {table.name} where {where}"  # noqa: S608
                    await owner.execute(text(statement), {"value": value})
            except IntegrityError:
                waiting.append(table)
        if len(waiting) == len(left):
            raise RuntimeError(f"these tables hold each other: {[one.name for one in waiting]}")
        left = waiting
    for table in tables:
        await _bind(owner, table, bound=True)


async def _bind(owner: Connection, table: Shape, *, bound: bool) -> None:
    word = "force" if bound else "no force"
    await owner.execute(text(f"alter table {table.name} {word} row level security"))
    if table.name.startswith("audit_"):  # it only grows, for whom it is kept
        await owner.execute(
            text(f"alter table {table.name} {'enable' if bound else 'disable'} trigger user")
        )


_NAMED = ("actor_name", "created_by", "ended_by", "changed_by", "issued_by", "updated_by")


async def forget_name(owner: Connection, tenant_id: int, user: User, instead: str) -> None:
    """Wherever a row remembers by name who did it; not in the audit log, which only grows."""
    for column in _NAMED:
        for table in await tables_with(owner, column, "users", ["text"]):
            if table.name == "audit_log" or not table.is_isolated:
                continue
            await _bind(owner, table, bound=False)
            await owner.execute(
                text(
                    f"update {table.name} set {column} = :instead"  # noqa: S608
                    f" where tenant_id = :tenant_id and {column} in (:username, :name)"
                ),
                {
                    "instead": instead,
                    "tenant_id": tenant_id,
                    "username": user.username,
                    "name": user.name,
                },
            )
            await _bind(owner, table, bound=True)
