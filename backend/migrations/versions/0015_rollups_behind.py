"""What a tenant may know of readings that rollups lack: when, of its own devices

Revision: 0015_rollups_behind, after 0014_likenesses
"""

from alembic import op

revision = "0015_rollups_behind"
down_revision = "0014_likenesses"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Buckets that ended less than two minutes before rollups were made are read as they came, and
    # nearly every commit is of such: the long list of its devices is not even looked at.
    op.execute(
        """
        create view rollups_behind with (security_barrier) as
        select d.tenant_id, d.id as device_id, r.read_at as made_at, c.ts_min, c.ts_max
        from devices as d
        left join telemetry_readers as r on r.name = 'rollups'
        left join telemetry_commits as c on c.xid >= r.low
            and c.ts_min < r.read_at - interval '2 minutes' and d.id = any(c.device_ids)
        where d.tenant_id = current_setting('homepot.tenant_id')::int
        """
    )
    op.execute("grant select on rollups_behind to homepot_tenant")
    op.execute("grant create on schema public to homepot_system")
    op.execute("alter view rollups_behind owner to homepot_system")
    op.execute("revoke create on schema public from homepot_system")


def downgrade() -> None:
    op.execute("drop view rollups_behind")
