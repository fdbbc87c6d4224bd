"""A database of an earlier version, with data in it, comes to the newest step and keeps them."""

from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory

from homepot.core.database import Database
from homepot.core.migrate import alembic_config, connected, steps_missing, upgrade
from homepot.core.settings import Settings
from homepot.main import create_app

# The first version with readings, one with incidents, one with predictions.
EARLIER = ("0005_telemetry", "0014_likenesses", "0023_predictions")
LIVED = """
    SET ROLE homepot_system;
    INSERT INTO tenants (name) VALUES ('Harbour');
    INSERT INTO sites (tenant_id, public_id, name, name_key, search, timezone)
        SELECT id, 'SITE-1', 'Mill', 'mill', 'mill', 'UTC' FROM tenants;
    INSERT INTO devices (tenant_id, site_id, public_id, name, name_key, search, type, provenance,
            lifecycle)
        SELECT tenant_id, id, 'till-1', 'Till', 'till', 'till', 'pos_terminal', 'real', 'active'
        FROM sites;
    INSERT INTO metric_sets (tenant_id, metrics, digest)
        SELECT id, ARRAY['odd'], 'one' FROM tenants;
"""


def brought_to(url: str, step: str) -> None:
    config = alembic_config()
    with connected(url) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, step)


@pytest.mark.parametrize("step", EARLIER)
async def test_what_an_earlier_version_kept_is_there_after_an_upgrade(
    step: str, empty_database_url: str, tmp_path: Path
) -> None:
    brought_to(empty_database_url, step)
    with psycopg.connect(empty_database_url, autocommit=True) as connection:
        for statement in LIVED.split(";")[:-1]:
            connection.execute(statement.encode())
    assert steps_missing(empty_database_url)
    upgrade(empty_database_url)
    assert steps_missing(empty_database_url) == []
    database = Database(empty_database_url)
    try:
        with psycopg.connect(empty_database_url) as connection:
            connection.execute("SET ROLE homepot_system")
            found = connection.execute("SELECT public_id, lifecycle FROM devices").fetchall()
            assert found == [("till-1", "active")]
    finally:
        await database.close()
    settings = Settings.model_validate(
        {"database_url": empty_database_url, "data_dir": tmp_path, "ai_enabled": False}
    )
    application = create_app(settings)
    async with application.router.lifespan_context(application):
        pass  # it starts on what it finds


def test_the_steps_are_one_line() -> None:
    """An upgrade has one way to go."""
    script = ScriptDirectory.from_config(alembic_config())
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1
