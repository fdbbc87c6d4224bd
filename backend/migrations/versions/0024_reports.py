"""Reports as they were made, and who wants them by themselves

Revision: 0024_reports, after 0023_predictions
"""

from alembic import op

from isolation import isolate

revision = "0024_reports"
down_revision = "0023_predictions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        create table ai_reports (
            id bigint generated always as identity primary key,
            tenant_id integer not null references tenants (id),
            public_id text collate "C" not null,
            report_type text not null,
            site_id integer,
            device_id integer,
            content text not null,
            generated_at timestamptz not null default now(),
            mode text not null,
            title text not null,
            period_start timestamptz not null,
            period_end timestamptz not null,
            occasion text collate "C",
            told_at timestamptz,
            unique (tenant_id, public_id),
            unique (tenant_id, occasion),
            foreign key (tenant_id, site_id) references sites (tenant_id, id) on delete cascade,
            foreign key (tenant_id, device_id) references devices (tenant_id, id)
                on delete cascade,
            constraint ai_reports_report_type_known_check
                check (report_type in ('daily', 'incident', 'weekly', 'custom')),
            constraint ai_reports_mode_known_check
                check (mode in ('maintenance', 'predictive', 'executive'))
        )
        """
    )
    op.execute(
        "create index ai_reports_tenant_id_generated_at_idx on ai_reports (tenant_id, generated_at)"
    )
    op.execute("create index ai_reports_device_id_id_idx on ai_reports (device_id, id)")
    op.execute("create index ai_reports_site_id_id_idx on ai_reports (site_id, id)")
    isolate("ai_reports")
    op.execute(
        """
        create table ai_report_schedules (
            tenant_id integer not null references tenants (id),
            report_type text not null,
            enabled boolean not null,
            mode text not null,
            channel_ids text[] not null,
            since timestamptz not null,
            primary key (tenant_id, report_type),
            constraint ai_report_schedules_report_type_known_check
                check (report_type in ('daily', 'incident', 'weekly')),
            constraint ai_report_schedules_mode_known_check
                check (mode in ('maintenance', 'predictive', 'executive'))
        )
        """
    )
    isolate("ai_report_schedules")


def downgrade() -> None:
    op.execute("drop table ai_report_schedules")
    op.execute("drop table ai_reports")
