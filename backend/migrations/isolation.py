"""What makes a table a tenant's: forced row-level security and the rights of both roles.

Frozen: migrations that ran long ago rely on it. A change of mind is a new function.
"""

from alembic import op


def isolate(table: str, *, rights: str = "SELECT, INSERT, UPDATE, DELETE") -> None:
    """Let homepot_tenant see its own rows of the table, homepot_system all, and nobody else any."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY own_tenant ON {table} TO homepot_tenant"
        " USING (tenant_id = current_setting('homepot.tenant_id')::int)"
        " WITH CHECK (tenant_id = current_setting('homepot.tenant_id')::int)"
    )
    op.execute(
        f"CREATE POLICY every_tenant ON {table} TO homepot_system USING (true) WITH CHECK (true)"
    )
    op.execute(f"GRANT {rights} ON {table} TO homepot_tenant, homepot_system")
