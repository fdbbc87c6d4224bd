"""Schedules of an older version go on as they were: one for each site, and of any incident."""

import psycopg
from alembic import command

from homepot.core.migrate import alembic_config, connected, upgrade

_BEFORE = """
    with t as (insert into tenants (name) values ('Pier') returning id),
    w as (
        insert into ai_report_schedules
            (tenant_id, report_type, enabled, mode, channel_ids, since)
        select id, kind, kind <> 'weekly', 'executive', '{CHANNEL-1}', now() - interval '3 days'
        from t, (values ('daily'), ('weekly'), ('incident')) as of (kind)
    )
    insert into ai_reports (tenant_id, public_id, report_type, content, mode, title,
        period_start, period_end, occasion)
    select id, given, kind, '{}', 'executive', 'Daily', now(), now(), occasion
    from t, (values ('rpt_1', 'daily', 'daily:1:2026-11-21'), ('rpt_2', 'custom', null))
        as of (given, kind, occasion)
"""


def test_what_came_by_itself_before_comes_on(database_url: str) -> None:
    config = alembic_config()

    def back() -> None:
        with connected(database_url) as connection:
            config.attributes["connection"] = connection
            command.downgrade(config, "0026_maintenance_ordered")

    back()
    with psycopg.connect(database_url) as connection:
        connection.execute("set role homepot_system")
        connection.execute(_BEFORE)
    upgrade(database_url)
    with psycopg.connect(database_url) as connection:
        connection.execute("set role homepot_system")
        schedules = connection.execute(
            "select public_id, report_type, scope, enabled, mode, channel_ids,"
            " since > now() - interval '1 day' from ai_report_schedules order by report_type"
        ).fetchall()
        reports = connection.execute(
            "select r.public_id, s.public_id from ai_reports as r"
            " left join ai_report_schedules as s on s.id = r.schedule_id order by 1"
        ).fetchall()
    channels = ["CHANNEL-1"]
    # Nothing is made twice: what was due before was made by the old one.
    assert schedules == [
        ("SCHEDULE-DAILY", "daily", "each_site", True, "executive", channels, True),
        ("SCHEDULE-INCIDENT", "incident", "everything", True, "executive", channels, True),
        ("SCHEDULE-WEEKLY", "weekly", "each_site", False, "executive", channels, True),
    ]
    assert reports == [("rpt_1", "SCHEDULE-DAILY"), ("rpt_2", None)]
    back()
    with psycopg.connect(database_url) as connection:
        connection.execute("set role homepot_system")
        kept = connection.execute("select report_type from ai_report_schedules order by 1")
        assert [row[0] for row in kept] == ["daily", "incident", "weekly"]
