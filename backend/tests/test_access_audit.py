"""The audit log on a real database: it grows, and nothing else; every tampering is found."""

import asyncio

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from homepot.access import audit
from homepot.access.audit.service import verify
from homepot.access.caller import system_caller
from homepot.core.database import Database
from homepot.core.errors import BadInput


async def make_tenant(db: Database, name: str) -> int:
    async with db.system() as tx:
        found: int = (
            await tx.execute(
                text("INSERT INTO tenants (name) VALUES (:name) RETURNING id"), {"name": name}
            )
        ).scalar_one()
        return found


async def write(db: Database, tenant_id: int, *actions: str) -> None:
    for action in actions:
        async with db.tenant(tenant_id) as tx:
            caller = system_caller(tx, tenant_id, "Łódź 東京")
            await audit.record(caller, action=action, object_="test:1", details={"ä": [1, None]})


async def fault(db: Database, tenant_id: int, expected: str | None = None) -> str | None:
    async with db.system() as tx:
        return (await verify(tx, tenant_id, expected)).fault


async def tamper(url: str, *statements: str) -> None:
    """As the owner of the tables does who switches the guards off first."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        for table in ("audit_log", "audit_heads"):
            await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            await connection.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        for statement in statements:
            await connection.execute(statement.encode())
        for table in ("audit_log", "audit_heads"):
            await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            await connection.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


async def test_a_chain_is_whole_and_a_noted_hash_stays_in_it(db: Database) -> None:
    tenant_id = await make_tenant(db, "A")
    async with db.system() as tx:
        empty = await verify(tx, tenant_id)
    assert (empty.entries, empty.head, empty.fault) == (0, "", None)
    await write(db, tenant_id, "one", "two", "three")
    async with db.system() as tx:
        verdict = await verify(tx, tenant_id)
    assert (verdict.entries, verdict.fault) == (3, None)
    assert await fault(db, tenant_id, verdict.head.upper()) is None
    await write(db, tenant_id, "four")
    assert await fault(db, tenant_id, verdict.head) is None, "it has only grown"
    assert "No entry has the hash" in str(await fault(db, tenant_id, "00" * 32))
    with pytest.raises(BadInput, match="64 hexadecimal digits"):
        await fault(db, tenant_id, "xyz")


async def test_tenants_have_chains_of_their_own(db: Database) -> None:
    first, second = await make_tenant(db, "A"), await make_tenant(db, "B")
    await write(db, first, "one", "two")
    await write(db, second, "one")
    async with db.tenant(second) as tx:
        assert [row.number for row in await tx.execute(text("SELECT number FROM audit_log"))] == [1]
    assert await fault(db, first) is None
    assert await fault(db, second) is None


async def test_many_at_once_make_one_chain(db: Database) -> None:
    tenant_id = await make_tenant(db, "A")
    await asyncio.gather(*(write(db, tenant_id, "x", "y") for _ in range(8)))
    async with db.system() as tx:
        verdict = await verify(tx, tenant_id)
    assert (verdict.entries, verdict.fault) == (16, None)


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (
            ["UPDATE audit_log SET action = 'other' WHERE number = 2"],
            "Entry 2 was changed after it was written.",
        ),
        (
            ["UPDATE audit_log SET at = at + interval '1 microsecond' WHERE number = 3"],
            "Entry 3 was changed after it was written.",
        ),
        (
            ["DELETE FROM audit_log WHERE number = 2"],
            "Entries are missing right before entry 3.",
        ),
        (
            ["DELETE FROM audit_log WHERE number = 1"],
            "Entries are missing right before entry 2.",
        ),
        (
            ["DELETE FROM audit_log WHERE number > 2"],
            "The end was cut off: 2 of 4 entries are left.",
        ),
        (
            ["DELETE FROM audit_log"],
            "The end was cut off: 0 of 4 entries are left.",
        ),
        (
            [
                "DELETE FROM audit_log WHERE number = 2",
                "UPDATE audit_log SET number = number - 1 WHERE number > 2",
            ],
            "Entry 2 was changed after it was written.",
        ),
        (
            ["DELETE FROM audit_log WHERE number = 4", "UPDATE audit_heads SET number = 3"],
            "The entries and the noted end of the chain do not fit together.",
        ),
        (
            ["DELETE FROM audit_heads"],
            "The entries and the noted end of the chain do not fit together.",
        ),
    ],
)
async def test_every_tampering_is_found(
    db: Database, database_url: str, statements: list[str], expected: str
) -> None:
    tenant_id = await make_tenant(db, "A")
    await write(db, tenant_id, "one", "two", "three", "four")
    await tamper(database_url, *statements)
    assert await fault(db, tenant_id) == expected


async def test_a_chain_replaced_as_a_whole_is_found_by_a_noted_hash(
    db: Database, database_url: str
) -> None:
    tenant_id = await make_tenant(db, "A")
    await write(db, tenant_id, "one", "two")
    async with db.system() as tx:
        noted = (await verify(tx, tenant_id)).head
    await tamper(database_url, "DELETE FROM audit_log", "DELETE FROM audit_heads")
    await write(db, tenant_id, "forged", "forged")
    assert await fault(db, tenant_id) is None
    assert "No entry has the hash" in str(await fault(db, tenant_id, noted))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET action = 'other'",
        "DELETE FROM audit_log",
        "TRUNCATE audit_log",
        "UPDATE audit_heads SET number = 0",
        "DELETE FROM audit_heads",
        "TRUNCATE audit_heads",
    ],
)
@pytest.mark.parametrize("who", ["tenant", "system", "owner"])
async def test_nobody_can_do_anything_but_add(
    db: Database, database_url: str, statement: str, who: str
) -> None:
    tenant_id = await make_tenant(db, "A")
    await write(db, tenant_id, "one")
    if who == "owner":
        async with await psycopg.AsyncConnection.connect(database_url) as connection:
            await connection.execute("ALTER TABLE audit_log NO FORCE ROW LEVEL SECURITY")
            await connection.execute("ALTER TABLE audit_heads NO FORCE ROW LEVEL SECURITY")
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="only grows"):
                await connection.execute(statement.encode())
            await connection.rollback()
    else:
        opened = db.tenant(tenant_id) if who == "tenant" else db.system()
        with pytest.raises(DBAPIError, match="permission denied"):
            async with opened as tx:
                await tx.execute(text(statement))
    assert await fault(db, tenant_id) is None


async def test_what_the_program_says_of_number_time_and_hash_is_overwritten(db: Database) -> None:
    tenant_id = await make_tenant(db, "A")
    async with db.tenant(tenant_id) as tx:
        await tx.execute(
            text(
                "INSERT INTO audit_log (tenant_id, number, at, actor_kind, actor_name, action,"
                " object, details, previous_hash, hash) VALUES (:t, 77, '2001-01-01', 'user',"
                " 'me', 'x', 'y', '{}', 'aa', 'bb')"
            ),
            {"t": tenant_id},
        )
        row = (await tx.execute(text("SELECT number, at > '2020-01-01' FROM audit_log"))).one()
    assert tuple(row) == (1, True)
    assert await fault(db, tenant_id) is None


async def test_the_chain_goes_on_under_another_owner(db: Database, database_url: str) -> None:
    """As after a backup was brought back on another server."""
    tenant_id = await make_tenant(db, "A")
    await write(db, tenant_id, "one")
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        await connection.execute("DROP ROLE IF EXISTS another_owner")
        await connection.execute("CREATE ROLE another_owner")
        await connection.execute("GRANT another_owner TO CURRENT_USER")
        await connection.execute("GRANT CREATE, USAGE ON SCHEMA public TO another_owner")
        for what in ("TABLE audit_heads", "TABLE audit_log", "FUNCTION audit_chain()"):
            await connection.execute(f"ALTER {what} OWNER TO another_owner".encode())
    await write(db, tenant_id, "two")
    assert await fault(db, tenant_id) is None
