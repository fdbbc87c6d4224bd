"""Databases that the migrations must not touch, and what is said then."""

import socket

import psycopg
import pytest
from alembic import command

from homepot.core.migrate import (
    DoesNotAnswer,
    MadeByNewer,
    alembic_config,
    connected,
    server_version,
    steps_missing,
    upgrade,
)


def test_a_database_of_a_newer_version_is_left_alone(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999_from_tomorrow'")
        with pytest.raises(MadeByNewer, match=r"9999_from_tomorrow.*newer"):
            upgrade(database_url)
        with pytest.raises(MadeByNewer):
            steps_missing(database_url)
        at = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    assert at == ("9999_from_tomorrow",)


def test_a_server_that_is_not_there_is_said_without_the_password() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"postgresql://me:hidden@127.0.0.1:{closed.getsockname()[1]}/homepot"
        with pytest.raises(DoesNotAnswer, match="correct DATABASE_URL") as said:
            upgrade(url)
    assert "hidden" not in said.value.detail


def test_the_version_is_the_server_s_own(database_url: str) -> None:
    assert server_version(database_url).split(".")[0].isdecimal()


def test_incidents_of_hardware_get_back_what_they_were_recorded_as(database_url: str) -> None:
    config = alembic_config()
    with connected(database_url) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0018_thresholds")
    with psycopg.connect(database_url) as connection:
        connection.execute("set role homepot_system")
        connection.execute(_RECORDED)
    upgrade(database_url)
    with psycopg.connect(database_url) as connection:
        connection.execute("set role homepot_system")
        found = connection.execute("select given_id, category from incidents order by 1")
        assert found.fetchall() == [("inc_1", "hardware"), ("inc_2", "mechanical")]


_RECORDED = """
    with t as (insert into tenants (name) values ('Pier') returning id),
    s as (
        insert into sites (tenant_id, public_id, name, name_key, timezone, search)
        select id, 'pier', 'Pier', 'pier', 'UTC', 'pier' from t returning id, tenant_id
    ),
    m as (
        insert into ai_incident_patterns (tenant_id, incident_id, category, pattern_description)
        select id, given, was, 'broken' from t,
            (values ('inc_1', 'hardware'), ('inc_2', 'mechanical')) as of (given, was)
    )
    insert into incidents (tenant_id, public_id, given_id, site_id, state, category, severity,
        title, description, search, started_at, opened_at, changed_at)
    select tenant_id, given, given, id, 'resolved', 'mechanical', 'warning', 'A till', 'broken', '',
        now(), now(), now()
    from s, (values ('inc_1'), ('inc_2')) as of (given)
"""
