"""Reports come by themselves for any device, site or everything, and once a month

Revision: 0027_report_schedules, after 0026_maintenance_ordered
"""

from alembic import op

revision = "0027_report_schedules"
down_revision = "0026_maintenance_ordered"
branch_labels = None
depends_on = None

_SCHEDULES = "alter table ai_report_schedules"
_KNOWN = "add constraint {table}_report_type_known_check check (report_type in ({kinds}))"


def upgrade() -> None:
    op.execute(
        f"""
        {_SCHEDULES}
            drop constraint ai_report_schedules_pkey,
            drop constraint ai_report_schedules_report_type_known_check,
            add column id integer generated always as identity primary key,
            add column public_id text collate "C",
            add column scope text,
            add column site_id integer,
            add column device_id integer,
            add column timezone text not null default 'UTC',
            add column removed_at timestamptz,
            add unique (tenant_id, id),
            add unique (tenant_id, public_id),
            add foreign key (tenant_id, site_id) references sites (tenant_id, id)
                on delete cascade,
            add foreign key (tenant_id, device_id) references devices (tenant_id, id)
                on delete cascade,
            {
            _KNOWN.format(
                table="ai_report_schedules", kinds="'daily', 'weekly', 'monthly', 'incident'"
            )
        },
            add constraint ai_report_schedules_scope_known_check
                check (scope in ('everything', 'each_site', 'site', 'device')),
            add constraint ai_report_schedules_scope_named_check
                check ((site_id is not null) = (scope = 'site')
                    and (device_id is not null) = (scope = 'device'))
        """
    )
    op.execute(
        f"""
        alter table ai_reports
            drop constraint ai_reports_report_type_known_check,
            add column schedule_id integer,
            add foreign key (tenant_id, schedule_id)
                references ai_report_schedules (tenant_id, id),
            {
            _KNOWN.format(
                table="ai_reports", kinds="'daily', 'incident', 'weekly', 'monthly', 'custom'"
            )
        }
        """
    )
    _unforced()
    # What is due today was made under another name: it is not made again.
    op.execute(
        """
        update ai_report_schedules set public_id = 'SCHEDULE-' || upper(report_type),
            scope = case report_type when 'incident' then 'everything' else 'each_site' end,
            since = greatest(since, now())
        """
    )
    op.execute(
        """
        update ai_reports as r set schedule_id = s.id from ai_report_schedules as s
        where s.tenant_id = r.tenant_id and s.report_type = r.report_type
            and r.occasion is not null
        """
    )
    _forced()
    op.execute(f"{_SCHEDULES} alter column public_id set not null, alter column scope set not null")


def downgrade() -> None:
    _unforced()
    op.execute("delete from ai_reports where report_type = 'monthly'")
    op.execute(
        f"""
        alter table ai_reports drop column schedule_id,
            drop constraint ai_reports_report_type_known_check,
            {_KNOWN.format(table="ai_reports", kinds="'daily', 'incident', 'weekly', 'custom'")}
        """
    )
    # One of each type is left, for each site or everything.
    op.execute(
        """
        delete from ai_report_schedules where removed_at is not null or id not in (
            select min(id) from ai_report_schedules where removed_at is null
                and report_type <> 'monthly' and scope in ('everything', 'each_site')
            group by tenant_id, report_type)
        """
    )
    _forced()
    op.execute(
        f"""
        {_SCHEDULES}
            drop constraint ai_report_schedules_report_type_known_check,
            drop constraint ai_report_schedules_scope_known_check,
            drop constraint ai_report_schedules_scope_named_check,
            drop column id, drop column public_id, drop column scope, drop column site_id,
            drop column device_id, drop column timezone, drop column removed_at,
            add primary key (tenant_id, report_type),
            {_KNOWN.format(table="ai_report_schedules", kinds="'daily', 'incident', 'weekly'")}
        """
    )


def _unforced() -> None:
    """Forced, row-level security would hide every row from the owner of the tables too."""
    for table in ("ai_reports", "ai_report_schedules"):
        op.execute(f"alter table {table} no force row level security")


def _forced() -> None:
    for table in ("ai_reports", "ai_report_schedules"):
        op.execute(f"alter table {table} force row level security")
