"""A database of an earlier version, with data in it, comes to the newest step and keeps them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory

from homepot.core import migrate
from homepot.core.database import Database
from homepot.core.migrate import AtWork, alembic_config, connected, steps_missing, upgrade
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


def test_readings_come_in_while_the_database_is_brought_up_to_date(
    empty_database_url: str,
) -> None:
    """As by a second server that still runs the version before."""
    url = empty_database_url
    brought_to(url, EARLIER[-1])
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE device_metrics_20260301 PARTITION OF device_metrics"
            " FOR VALUES FROM ('2026-03-01 00:00+00') TO ('2026-03-02 00:00+00')"
        )
        for statement in LIVED.split(";")[:-1]:
            connection.execute(statement.encode())
    sender = Sender(url)
    with sender.sending():
        sender.await_more(20)
        upgrade(url)
        sender.await_more(20)
    assert steps_missing(url) == []
    with psycopg.connect(url) as connection:
        connection.execute("SET ROLE homepot_system")
        found = connection.execute("SELECT values[1] FROM device_metrics ORDER BY 1").fetchall()
    assert [int(value) for (value,) in found] == sender.acknowledged


class Sender:
    """Stores one reading after another, each with its note, and again what was not taken."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._stop = threading.Event()
        self._came = threading.Condition()
        self.acknowledged: list[int] = []

    @contextmanager
    def sending(self) -> Iterator[None]:
        thread = threading.Thread(target=self._send)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()

    def await_more(self, count: int) -> None:
        wanted = len(self.acknowledged) + count
        with self._came:
            assert self._came.wait_for(lambda: len(self.acknowledged) >= wanted, 120)

    def _send(self) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute("SET ROLE homepot_system")
            number = 0
            while not self._stop.is_set():
                try:
                    with connection.transaction():
                        self._store(connection, number)
                except psycopg.OperationalError:
                    continue  # a step was quicker: send it again
                number += 1
                with self._came:
                    self.acknowledged = list(range(number))
                    self._came.notify_all()

    def _store(self, connection: psycopg.Connection[Any], number: int) -> None:
        at = "'2026-03-01 00:00+00'::timestamptz + make_interval(secs => %(n)s)"
        connection.execute(
            "INSERT INTO device_metrics (device_id, ts, metric_set_id, values)"
            f" SELECT d.id, {at}, s.id, ARRAY[%(n)s::float8] FROM devices d, metric_sets s",
            {"n": number},
        )
        connection.execute(
            "INSERT INTO telemetry_commits (rows, ts_min, ts_max, device_ids)"
            f" SELECT 1, {at}, {at}, ARRAY[id] FROM devices",
            {"n": number},
        )


def test_a_step_gives_way_to_who_is_at_work_and_is_tried_again(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought_to(empty_database_url, EARLIER[-1])
    monkeypatch.setattr(migrate, "LOCK_WAIT_MAX_S", 0.05)
    with psycopg.connect(empty_database_url) as busy:
        busy.execute("LOCK TABLE devices, incidents IN ROW EXCLUSIVE MODE")
        waits: list[float] = []

        def pause(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 2:
                busy.rollback()

        monkeypatch.setattr(migrate, "pause", pause)
        upgrade(empty_database_url)
    assert len(waits) == 2
    assert steps_missing(empty_database_url) == []


def test_who_is_at_work_for_long_is_told_of(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought_to(empty_database_url, EARLIER[-1])
    monkeypatch.setattr(migrate, "LOCK_WAIT_MAX_S", 0.05)
    monkeypatch.setattr(migrate, "pause", lambda _: None)
    monkeypatch.setattr(migrate, "_TRIES_MAX", 3)
    with psycopg.connect(empty_database_url) as busy:
        busy.execute("LOCK TABLE devices, incidents IN ROW EXCLUSIVE MODE")
        with pytest.raises(AtWork, match="type the command again"):
            upgrade(empty_database_url)
    upgrade(empty_database_url)
    assert steps_missing(empty_database_url) == []


def test_the_steps_are_one_line() -> None:
    """An upgrade has one way to go."""
    script = ScriptDirectory.from_config(alembic_config())
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1
