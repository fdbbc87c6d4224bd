"""One table put into the place of another, with its name, its rights, and the views on it."""

import psycopg
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Identifier

Owner = psycopg.AsyncConnection[TupleRow]

_COLUMNS = """
    SELECT attname, atttypid, attnotnull FROM pg_attribute
    WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
_VIEWS = """
    SELECT DISTINCT c.oid::regclass::text, pg_get_viewdef(c.oid), c.reloptions, r.rolname
    FROM pg_depend d
    JOIN pg_rewrite w ON w.oid = d.objid AND d.classid = 'pg_rewrite'::regclass
    JOIN pg_class c ON c.oid = w.ev_class
    JOIN pg_roles r ON r.oid = c.relowner
    WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = %s::regclass
"""
_GRANTS = """
    SELECT a.privilege_type, coalesce(quote_ident(r.rolname), 'PUBLIC')
    FROM pg_class c CROSS JOIN aclexplode(c.relacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
    WHERE c.oid = %s::regclass AND a.grantee <> c.relowner
"""
_INDEXES = """
    SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid = %s::regclass ORDER BY 1
"""


async def are_alike(connection: Owner, one: str, other: str) -> bool:
    """Whether both are there with the same columns."""
    found = []
    for table in (one, other):
        cursor = await connection.execute(_COLUMNS, [table])
        found.append(await cursor.fetchall())
    return found[0] == found[1]


async def exchange(connection: Owner, table: str, new: str) -> None:
    """Within the open transaction: `new` becomes `table`, and what was `table` is dropped."""
    views = await (await connection.execute(_VIEWS, [table])).fetchall()
    grants = await (await connection.execute(_GRANTS, [table])).fetchall()
    old = f"{table}_moved"
    await _rename(connection, "TABLE", table, old)
    await _rename(connection, "TABLE", new, table)
    for privilege, grantee in grants:
        await connection.execute(
            SQL("GRANT {} ON {} TO {}").format(SQL(privilege), Identifier(table), SQL(grantee))
        )
    for view, definition, options, owner in views:
        await _point_anew(connection, view, definition, options or [], owner)
    await connection.execute(SQL("DROP TABLE {}").format(Identifier(old)))
    for (name,) in await (await connection.execute(_INDEXES, [table])).fetchall():
        await _rename(connection, "INDEX", name, name.replace(new, table, 1))


async def _rename(connection: Owner, kind: str, name: str, new: str) -> None:
    if name != new:
        await connection.execute(
            SQL("ALTER {} {} RENAME TO {}").format(SQL(kind), Identifier(name), Identifier(new))
        )


async def _point_anew(
    connection: Owner, view: str, definition: str, options: list[str], owner: str
) -> None:
    """The same words mean the new table now. Rights and owner stay."""
    role = Identifier(owner)
    may = "SELECT has_schema_privilege(%s, 'public', 'CREATE')"
    is_allowed = await (await connection.execute(may, [owner])).fetchone() == (True,)
    if not is_allowed:
        await connection.execute(SQL("GRANT CREATE ON SCHEMA public TO {}").format(role))
    await connection.execute(SQL("SET LOCAL ROLE {}").format(role))
    told = f" WITH ({', '.join(options)})" if options else ""
    await connection.execute(f"CREATE OR REPLACE VIEW {view}{told} AS {definition}")
    await connection.execute("SET LOCAL ROLE NONE")
    if not is_allowed:
        await connection.execute(SQL("REVOKE CREATE ON SCHEMA public FROM {}").format(role))
