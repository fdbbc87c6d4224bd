"""Roles, tenants, live events and the job queue

Revision: 0001_core, the first
"""

from alembic import op
from procrastinate.schema import SchemaManager

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
    """The two roles of every transaction; they belong to the server, so may be there already.

    The login role may take them on and inherits nothing from them: what it does without taking
    one on sees no row.
    """
    connection = op.get_bind()
    modern = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one()) >= 160_000
    for role in ROLES:
        for step in (_CREATE, _MAY_TAKE_ON if modern else _MAY_TAKE_ON_BEFORE_16):
            connection.exec_driver_sql(step.replace("%", "%%").replace("ROLE_NAME", role))
        op.execute(f"GRANT USAGE ON SCHEMA public TO {role}")


_CREATE = """
    DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ROLE_NAME') THEN
            CREATE ROLE ROLE_NAME NOLOGIN NOBYPASSRLS;
        END IF;
    EXCEPTION
        WHEN duplicate_object OR unique_violation THEN NULL;
        WHEN insufficient_privilege THEN
            RAISE EXCEPTION 'HOMEPOT needs the role ROLE_NAME. Let an administrator of this '
                'server run: CREATE ROLE ROLE_NAME NOLOGIN;';
    END $$
"""

_MAY_TAKE_ON = """
    DO $$
    DECLARE
        is_superuser boolean := (SELECT rolsuper FROM pg_roles WHERE rolname = current_user);
    BEGIN
        IF is_superuser OR (pg_has_role(current_user, 'ROLE_NAME', 'SET')
                AND NOT pg_has_role(current_user, 'ROLE_NAME', 'USAGE')) THEN
            RETURN;
        END IF;
        EXECUTE format('GRANT ROLE_NAME TO %I WITH INHERIT FALSE, SET TRUE', current_user);
    EXCEPTION
        WHEN insufficient_privilege THEN
            RAISE EXCEPTION 'HOMEPOT may not act as ROLE_NAME. Let an administrator of this '
                'server run: GRANT ROLE_NAME TO % WITH INHERIT FALSE, SET TRUE;', current_user;
    END $$
"""

# Before 16 a role inherits from all roles it is in, or from none. It must go on inheriting from
# the owner of its database, so it takes the two on through a door that passes nothing on.
_MAY_TAKE_ON_BEFORE_16 = """
    DO $$
    DECLARE
        is_superuser boolean := (SELECT rolsuper FROM pg_roles WHERE rolname = current_user);
    BEGIN
        IF is_superuser OR (pg_has_role(current_user, 'ROLE_NAME', 'MEMBER')
                AND NOT pg_has_role(current_user, 'ROLE_NAME', 'USAGE')) THEN
            RETURN;
        END IF;
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'homepot_door') THEN
            CREATE ROLE homepot_door NOLOGIN NOINHERIT;
        END IF;
        GRANT ROLE_NAME TO homepot_door;
        EXECUTE format('GRANT homepot_door TO %I', current_user);
    EXCEPTION
        WHEN insufficient_privilege THEN
            RAISE EXCEPTION 'HOMEPOT may not act as ROLE_NAME. Let an administrator of this '
                'server run: CREATE ROLE homepot_door NOLOGIN NOINHERIT; '
                'GRANT homepot_tenant, homepot_system TO homepot_door; '
                'GRANT homepot_door TO %;', current_user;
    END $$
"""


def downgrade() -> None:
    op.execute("DROP TABLE live_events")
    op.execute("DROP TABLE tenants")
    # The queue's tables and the two roles stay: jobs may be in the one, other databases use the
    # other.
