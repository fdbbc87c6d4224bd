"""The readings moved from one store to the other and back: all of them, whatever happens."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from typer.testing import CliRunner

from homepot.cli import app
from homepot.core.locks import FileLock
from homepot.telemetry.storage.moving import BESIDE, Moved, NotTheSame, Running, Store, move
from homepot.telemetry.storage.readings import ReadingParts
from homepot.telemetry.storage.stores import (
    NativeStore,
    TimescaleStore,
    add_extension,
    drop_extension,
)

DAYS = [datetime.now(UTC).date() - timedelta(days=days) for days in (9, 8, 5, 1, 0)]
ROWS = """
    INSERT INTO device_metrics
    SELECT d, day + n * interval '7 minutes' + interval '1 microsecond', 1,
        ARRAY[n + d / 3.0, 'NaN', -0.0, 1e300, n & 1]
    FROM unnest(%s::timestamptz[]) AS day, generate_series(1, 4) AS d, generate_series(0, 90) AS n
"""
ALL = "SELECT device_id, ts::text, metric_set_id, values::text FROM device_metrics ORDER BY 1, 2"
VIEWS = """
    SELECT relname, relowner::regrole::text, relacl::text, reloptions, pg_get_viewdef(oid)
    FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace ORDER BY 1
"""
SHAPE = """
    SELECT relacl::text, (SELECT array_agg(indexrelid::regclass::text) FROM pg_index
        WHERE indrelid = c.oid) FROM pg_class c WHERE oid = 'device_metrics'::regclass
"""
KILLED = """
import asyncio, os, signal, sys
from homepot.telemetry.storage import moving, places, stores
url, origin, target, when = sys.argv[1:]
class Elsewhere(stores.NativeStore):
    async def keeps(self, connection, table):
        return table != "device_metrics"
def die(*_): os.kill(os.getpid(), signal.SIGKILL)
def advance(day, number, total):
    if when == str(number):
        die()
if when == "the end":
    exchange = places.exchange
    async def exchange_and_die(*given):
        await exchange(*given)
        die()
    places.exchange = exchange_and_die
known = vars(stores) | {"Elsewhere": Elsewhere}
asyncio.run(moving.move(url, known[origin](), known[target](), advance))
"""


class Elsewhere(NativeStore):
    """Native partitions that are somewhere else: the move itself, without TimescaleDB."""

    async def keeps(self, connection: Any, table: str) -> bool:
        return table != "device_metrics"


def pairs() -> Iterator[Any]:
    yield pytest.param((NativeStore, Elsewhere), id="native to native")
    yield pytest.param((NativeStore, TimescaleStore), id="to TimescaleDB")
    yield pytest.param((TimescaleStore, NativeStore), id="back")


@pytest.fixture(params=pairs())
def stores(request: pytest.FixtureRequest, database_url: str, on_timescaledb: bool) -> Any:
    """The readings are in the first of the two."""
    origin, target = (kind() for kind in request.param)
    if TimescaleStore in request.param and not on_timescaledb:
        pytest.skip("needs `--timescaledb` (make test-timescaledb)")
    keep_in(database_url, origin)
    ask(database_url, ROWS, [DAYS], ready=True)
    return origin, target


def keep_in(url: str, store: Store) -> None:
    other: Store = NativeStore() if isinstance(store, TimescaleStore) else TimescaleStore()
    if isinstance(store, TimescaleStore):
        asyncio.run(add_extension(url))
    go(url, other, store)


def go(url: str, origin: Store, target: Store) -> Moved | None:
    return asyncio.run(move(url, origin, target, lambda *_: None))


def ask(url: str, query: str, given: Any = None, *, ready: bool = False) -> list[Any]:
    with psycopg.connect(make_conninfo(url), autocommit=True) as owner:
        owner.execute("SET timezone = UTC")
        if ready:

            async def ensure() -> None:
                async with await psycopg.AsyncConnection[object].connect(
                    url, autocommit=True
                ) as connection:
                    await ReadingParts().ensure(connection, DAYS)

            asyncio.run(ensure())
        cursor = owner.execute(query, given)  # type: ignore[call-overload]
        return cursor.fetchall() if cursor.description else []


def kept_days(url: str) -> list[date]:
    async def look() -> list[date]:
        async with await psycopg.AsyncConnection[object].connect(url) as connection:
            return await ReadingParts().days(connection)

    return asyncio.run(look())


def test_every_row_is_there_afterwards_and_the_table_is_as_it_was(
    database_url: str, stores: Any
) -> None:
    before = [ask(database_url, query) for query in (ALL, VIEWS, SHAPE)]
    assert len(before[0]) == len(DAYS) * 4 * 91
    moved = go(database_url, *stores)
    assert moved == Moved(days=len(DAYS), copied=len(DAYS), rows=len(before[0]))
    assert [ask(database_url, query) for query in (ALL, VIEWS, SHAPE)] == before
    assert kept_days(database_url) == sorted(DAYS)
    assert ask(database_url, "SELECT to_regclass('device_metrics_moving')") == [(None,)]


@pytest.mark.parametrize("when", ["0", "3", "the end"])
def test_a_move_that_is_killed_loses_nothing_and_goes_on(
    database_url: str, stores: Any, when: str
) -> None:
    before = ask(database_url, ALL)
    names = [type(store).__name__ for store in stores]
    command = [sys.executable, "-c", KILLED, database_url, *names, when]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1] / "src")}
    killed = subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    wait_until_alone(database_url)
    assert ask(database_url, ALL) == before
    moved = go(database_url, *stores)
    assert moved is not None
    copied_before = {"0": 0, "3": 3, "the end": len(DAYS)}[when]
    assert moved.copied == len(DAYS) - copied_before
    assert ask(database_url, ALL) == before


def wait_until_alone(url: str) -> None:
    """The server takes a moment to notice that somebody was killed."""
    query = """
        SELECT count(*) FROM pg_stat_activity WHERE application_name = 'homepot-move'
            AND datname = current_database() AND pg_sleep(0.05) IS NOT NULL
    """
    for _ in range(1_000):
        if ask(url, query) == [(0,)]:
            return
    pytest.fail("the killed move is still there")


def test_a_row_that_was_changed_in_the_copy_is_noticed_and_copied_again(
    database_url: str, stores: Any
) -> None:
    before = ask(database_url, ALL)
    with pytest.raises(InterruptedError):
        asyncio.run(move(database_url, *stores, stop_at(4)))
    ask(
        database_url,
        "UPDATE device_metrics_moving SET values = values[1:4] || 7::float8"
        " WHERE device_id = 2 AND ts = %s::timestamptz + interval '1 microsecond'",
        [DAYS[1]],
    )
    moved = go(database_url, *stores)
    assert moved is not None
    assert moved.copied == 2
    assert ask(database_url, ALL) == before


def stop_at(number_of_days: int) -> Any:
    def advance(_day: date, number: int, _total: int) -> None:
        if number == number_of_days:
            raise InterruptedError

    return advance


def test_a_copy_that_is_not_the_same_is_never_put_in_place(database_url: str, stores: Any) -> None:
    """Something in the database changes rows on their way in."""
    before = ask(database_url, ALL)
    with pytest.raises(InterruptedError):
        asyncio.run(move(database_url, *stores, stop_at(0)))
    ask(
        database_url,
        """
        CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            NEW.values[1] := NEW.values[1] + (NEW.device_id = 3)::int; RETURN NEW;
        END $$;
        CREATE TRIGGER spoil BEFORE INSERT ON device_metrics_moving
            FOR EACH ROW EXECUTE FUNCTION spoil()
        """,
    )
    with pytest.raises(NotTheSame, match=str(min(DAYS))):
        go(database_url, *stores)
    assert ask(database_url, ALL) == before


def test_what_is_written_between_two_tries_is_not_lost(database_url: str, stores: Any) -> None:
    with pytest.raises(InterruptedError):
        asyncio.run(move(database_url, *stores, stop_at(3)))
    ask(
        database_url,
        "INSERT INTO device_metrics VALUES (9, %s::timestamptz + interval '1 second', 1, '{5}')",
        [DAYS[0]],
    )
    ask(database_url, "DELETE FROM device_metrics WHERE device_id = 2 AND ts < %s", [DAYS[1]])
    before = ask(database_url, ALL)
    assert go(database_url, *stores) is not None
    assert ask(database_url, ALL) == before


def test_the_move_is_refused_while_homepot_uses_the_database(
    database_url: str, stores: Any
) -> None:
    used = make_conninfo(database_url, application_name="homepot-intake")
    with psycopg.connect(used), pytest.raises(Running, match="stop HOMEPOT first"):
        go(database_url, *stores)


def test_a_writer_that_knew_the_old_place_finds_the_new_one(database_url: str, stores: Any) -> None:
    """Nothing of HOMEPOT runs during a move; what starts too early must not stay wrong."""
    parts, later = ReadingParts(), max(DAYS) + timedelta(days=40)

    async def ensure(day: date) -> None:
        async with await psycopg.AsyncConnection[object].connect(
            database_url, autocommit=True
        ) as connection:
            await parts.ensure(connection, [day])

    asyncio.run(ensure(DAYS[0]))
    go(database_url, *stores)
    if isinstance(stores[0], TimescaleStore):
        parts.forget()  # as the writer does after a row that has no place
    asyncio.run(ensure(later))
    row = "INSERT INTO device_metrics VALUES (1, %s, 1, '{1}')"
    ask(database_url, row, [later])
    assert later in kept_days(database_url)


def test_readings_that_are_there_already_are_not_moved_again(
    database_url: str, stores: Any
) -> None:
    _, target = stores
    if isinstance(target, Elsewhere):
        target = NativeStore()
    else:
        assert go(database_url, *stores) is not None
    assert go(database_url, *stores[:1], target) is None
    assert ask(database_url, f"SELECT to_regclass('{BESIDE.table}')") == [(None,)]


def test_old_days_are_compressed_and_the_extension_goes_when_nothing_needs_it(
    database_url: str, on_timescaledb: bool
) -> None:
    if not on_timescaledb:
        pytest.skip("needs `--timescaledb` (make test-timescaledb)")
    keep_in(database_url, NativeStore())
    ask(database_url, ROWS, [DAYS], ready=True)
    keep_in(database_url, TimescaleStore())
    query = "SELECT range_start::date, is_compressed FROM timescaledb_information.chunks ORDER BY 1"
    assert ask(database_url, query) == [(day, number < 3) for number, day in enumerate(DAYS)]
    jobs = "SELECT proc_name FROM timescaledb_information.jobs WHERE hypertable_name IS NOT NULL"
    assert len(ask(database_url, jobs)) == 1
    asyncio.run(drop_extension(database_url))
    extension = "SELECT count(*) FROM pg_extension WHERE extname = 'timescaledb'"
    assert ask(database_url, extension) == [(1,)]
    keep_in(database_url, NativeStore())
    asyncio.run(drop_extension(database_url))
    assert ask(database_url, extension) == [(0,)]


# -- the commands -----------------------------------------------------------------------------


@pytest.fixture
def homepot(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`homepot db ...` on a server of the owner's."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("HOMEPOT_DATA", str(tmp_path / "my data"))

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, ["db", *words])
        return result.exit_code, result.output

    return run


def test_the_commands_move_there_and_back(
    homepot: Any, database_url: str, on_timescaledb: bool
) -> None:
    keep_in(database_url, NativeStore())
    ask(database_url, ROWS, [DAYS], ready=True)
    before = ask(database_url, ALL)
    code, said = homepot("native")
    assert (code, "already" in said) == (0, True)
    code, said = homepot("timescaledb")
    if not on_timescaledb:
        # The server has none, or does not load it; either is said with what to do.
        assert code == 1
        assert "make timescaledb" in said or "shared_preload_libraries" in said
    else:
        assert (code, f"{len(before):,} rows of {len(DAYS)} days" in said) == (0, True)
        assert "already" in homepot("timescaledb")[1]
        assert homepot("native")[0] == 0
    assert ask(database_url, ALL) == before


def test_the_commands_refuse_while_homepot_is_up(
    homepot: Any, database_url: str, tmp_path: Path
) -> None:
    (tmp_path / "my data").mkdir()
    lock = FileLock(tmp_path / "my data" / "up.lock")
    assert lock.take()
    for command in ("native", "timescaledb"):
        code, said = homepot(command)
        assert (code, "stop it first" in said) == (1, True)
    lock.release()
    assert ask(database_url, "SELECT to_regclass('device_metrics_moving')") == [(None,)]
