"""What downtime, visits and parts cost: for all devices, a type, or a type at a site

Revision: 0020_tariffs, after 0019_hardware
"""

from alembic import op

from isolation import isolate

revision = "0020_tariffs"
down_revision = "0019_hardware"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        create table tariffs (
            id integer generated always as identity primary key,
            tenant_id integer not null references tenants (id),
            site_id integer,
            device_type text collate "C" not null,
            downtime_cost_per_hour numeric(12, 2),
            visit_cost numeric(12, 2),
            part_cost numeric(12, 2),
            currency text not null,
            updated_at timestamptz not null default now(),
            updated_by text not null,
            foreign key (tenant_id, site_id) references sites (tenant_id, id),
            constraint tariffs_not_of_a_site_alone_check
                check (site_id is null or device_type <> ''),
            constraint tariffs_says_something_check
                check (num_nonnulls(downtime_cost_per_hour, visit_cost, part_cost) > 0),
            constraint tariffs_not_negative_check
                check (downtime_cost_per_hour >= 0 and visit_cost >= 0 and part_cost >= 0)
        )
        """
    )
    op.execute(
        "create unique index tariffs_everywhere_key on tariffs (tenant_id, device_type)"
        " where site_id is null"
    )
    op.execute(
        "create unique index tariffs_at_site_key on tariffs (tenant_id, site_id, device_type)"
        " where site_id is not null"
    )
    isolate("tariffs")


def downgrade() -> None:
    op.execute("drop table tariffs")
