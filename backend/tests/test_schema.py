"""The database as the migrations leave it."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from homepot import features  # noqa: F401  every table hangs on the metadata
from homepot.core.database import Database, driver_url
from homepot.core.migrate import (
    NeedsAdministrator,
    TooOld,
    refuse_old_server,
    steps_missing,
    upgrade,
)
from homepot.core.tables import metadata, tenants

# Tables that belong to no tenant, and why.
WITHOUT_TENANT = {
    "alembic_version": "the step of the schema",
    "alert_position": "read by background work alone",
    "device_latest": "as device_metrics",
    "detection_shares": "what detection keeps of all devices; read by background work alone",
    "detection_steps": "as detection_shares",
    "device_metrics": "COPY does not work under row-level security; tenants have no right on it",
    "device_rollups_1d": "as device_metrics",
    "device_rollups_1h": "as device_metrics",
    "device_rollups_5m": "as device_metrics",
    "device_rollups_6h": "as device_metrics",
    "mqtt_receipts": "read by the subscriber alone",
    "telemetry_commits": "read by background work alone",
    "telemetry_readers": "read by background work alone",
}


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    """Neither the queue's own tables nor the days of readings, which come and go."""
    parts = (f"device_rollups_{span}_" for span in ("5m", "1h", "6h", "1d"))
    others = ("procrastinate_", "device_metrics_", *parts)
    return not (kind == "table" and name is not None and name.startswith(others))


def test_migrations_make_exactly_the_tables_of_the_code(database_url: str) -> None:
    engine = create_engine(driver_url(database_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": _ours, "compare_server_default": False}
        )
        differences = compare_metadata(context, metadata)
    engine.dispose()
    assert differences == []


def test_a_database_is_brought_up_to_date_once(empty_database_url: str) -> None:
    assert steps_missing(empty_database_url)[0] == "0001_core"
    upgrade(empty_database_url)
    assert steps_missing(empty_database_url) == []
    upgrade(empty_database_url)
    assert steps_missing(empty_database_url) == []


async def test_every_table_is_isolated(db: Database) -> None:
    """Forced row-level security on each table that is not on the short list above."""
    async with db.system() as tx:
        rows = await tx.execute(
            text(
                "SELECT relname FROM pg_class"
                " WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
                " AND relname NOT LIKE 'procrastinate\\_%'"
                " AND NOT (relrowsecurity AND relforcerowsecurity)"
            )
        )
        assert {name for (name,) in rows} == set(WITHOUT_TENANT)


async def test_the_login_role_sees_nothing_before_it_takes_on_a_role(db: Database) -> None:
    async with db.system() as tx:
        await tx.execute(tenants.insert().values(name="Harbour"))
    async with db.engine.connect() as bare:
        assert (await bare.execute(text("SELECT count(*) FROM tenants"))).scalar_one() == 0
    async with db.system() as tx:
        assert (await tx.execute(text("SELECT count(*) FROM tenants"))).scalar_one() == 1


async def test_a_tenant_without_a_number_sees_nothing(db: Database) -> None:
    """Somebody who takes on the role but forgets the tenant gets an error, never the rows."""
    with pytest.raises(DBAPIError, match=r"homepot\.tenant_id|invalid input syntax"):
        async with db.engine.begin() as bare:
            await bare.execute(text("SET LOCAL ROLE homepot_tenant"))
            await bare.execute(text("SELECT * FROM live_events"))


async def test_requests_may_not_touch_the_job_queue(db: Database) -> None:
    async with db.system() as tx:
        tenant = (
            await tx.execute(tenants.insert().values(name="Mill").returning(tenants.c.id))
        ).scalar_one()
    with pytest.raises(DBAPIError, match="permission denied"):
        async with db.tenant(tenant) as tx:
            await tx.execute(text("SELECT * FROM procrastinate_jobs"))


def test_a_user_who_may_too_little_is_told_what_an_administrator_has_to_do(
    empty_database_url: str,
) -> None:
    engine = create_engine(driver_url(empty_database_url), isolation_level="AUTOCOMMIT")
    with engine.connect() as owner:
        owner.execute(text("CREATE ROLE humble"))
        owner.execute(text("GRANT ALL ON SCHEMA public TO humble"))
        owner.execute(text("GRANT humble TO CURRENT_USER"))
    humble = make_url(empty_database_url).update_query_dict({"options": "-c role=humble"})
    try:
        with pytest.raises(NeedsAdministrator) as refused:
            upgrade(humble.render_as_string(hide_password=False))
        assert "administrator of this server run: GRANT homepot_tenant TO humble" in str(
            refused.value
        )
        assert "DO $$" not in str(refused.value)
        upgrade(empty_database_url)  # nothing was left half done
    finally:
        with engine.connect() as owner:
            owner.execute(text("REVOKE ALL ON SCHEMA public FROM humble"))
            owner.execute(text("DROP ROLE humble"))
        engine.dispose()


@pytest.mark.parametrize("version", [90_624, 130_022])
def test_an_old_server_is_refused_with_what_to_do(version: int) -> None:
    with pytest.raises(TooOld, match=r"needs 14 or newer.*leave DATABASE_URL unset"):
        refuse_old_server(version)


def test_fourteen_is_the_first_server_that_is_taken() -> None:
    def is_taken(version: int) -> bool:
        try:
            refuse_old_server(version)
        except TooOld:
            return False
        return True

    versions = (130_014, 139_999, 140_000, 180_003)
    assert [one for one in versions if is_taken(one)] == [140_000, 180_003]
