"""Roles, tenants, live events and the job queue

Revision: 0001_core, the first
"""

from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy import text

from isolation import isolate

revision = "0001_core"
down_revision = None
branch_labels = None
depends_on = None

ROLES = ("homepot_tenant", "homepot_system")


def upgrade() -> None:
    take_on_roles()
    op.execute(
        """
        CREATE TABLE tenants (
            id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT tenants_pkey PRIMARY KEY,
            name text NOT NULL CONSTRAINT tenants_name_key UNIQUE,
            created_at timestamptz NOT NULL DEFAULT now()
        )
        """
    )
    op.execute("ALTER TABLE tenants ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tenants FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY own_tenant ON tenants TO homepot_tenant"
        " USING (id = current_setting('homepot.tenant_id')::int)"
    )
    op.execute(
        "CREATE POLICY every_tenant ON tenants TO homepot_system USING (true) WITH CHECK (true)"
    )
    op.execute("GRANT SELECT ON tenants TO homepot_tenant")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON tenants TO homepot_system")
    op.execute(
        """
        CREATE TABLE live_events (
            id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT live_events_pkey PRIMARY KEY,
            xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
            tenant_id integer NOT NULL
                CONSTRAINT live_events_tenant_id_fkey REFERENCES tenants (id),
            kind text NOT NULL,
            data jsonb NOT NULL,
            at timestamptz NOT NULL DEFAULT now()
        )
        """
    )
    op.execute("CREATE INDEX live_events_xid_idx ON live_events (xid)")
    op.execute("CREATE INDEX live_events_at_idx ON live_events (at)")
    isolate("live_events", rights="SELECT, INSERT, DELETE")
    # The job queue brings its own tables; only background work touches them.
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))


def take_on_roles() -> None:
    """The two roles of every transaction; they belong to the server, so may be there already."""
    connection = op.get_bind()
    for role in ROLES:
        connection.execute(
            text(
                f"""
                DO $$ BEGIN
                    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
                        CREATE ROLE {role} NOLOGIN NOBYPASSRLS;
                    END IF;
                EXCEPTION
                    WHEN duplicate_object OR unique_violation THEN NULL;
                    WHEN insufficient_privilege THEN
                        RAISE EXCEPTION 'HOMEPOT needs the role {role}. Let an administrator of '
                            'this server run: CREATE ROLE {role} NOLOGIN; '
                            'GRANT {role} TO %;', current_user;
                END $$
                """
            )
        )
        connection.execute(
            text(
                f"""
                DO $$ BEGIN
                    IF NOT pg_has_role(current_user, '{role}', 'MEMBER')
                        OR (current_setting('server_version_num')::int >= 160000
                            AND NOT pg_has_role(current_user, '{role}', 'SET')) THEN
                        EXECUTE format('GRANT {role} TO %I', current_user);
                    END IF;
                EXCEPTION
                    WHEN insufficient_privilege THEN
                        RAISE EXCEPTION 'HOMEPOT may not act as {role}. Let an administrator of '
                            'this server run: GRANT {role} TO %;', current_user;
                END $$
                """
            )
        )
        op.execute(f"GRANT USAGE ON SCHEMA public TO {role}")


def downgrade() -> None:
    op.execute("DROP TABLE live_events")
    op.execute("DROP TABLE tenants")
    # The queue's tables and the two roles stay: jobs may be in the one, other databases use the
    # other.
