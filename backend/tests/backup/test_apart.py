"""Readings that TimescaleDB keeps lie beside the dump; they are put back into partitions."""

import asyncio
import gzip
import io
import json
from datetime import UTC, timedelta
from pathlib import Path

import psycopg
import pytest
from tests.backup.stage import PASSPHRASE, Command, Lived, run_in_thread

from homepot.backup import folder, programs, store
from homepot.backup.packing import Packed, unpacking
from homepot.core.clock import now
from homepot.telemetry.storage.days import READINGS
from homepot.telemetry.storage.moving import move
from homepot.telemetry.storage.stores import NativeStore, TimescaleStore, add_extension, compress


async def test_what_timescaledb_keeps_is_put_back_anywhere(
    lived: Lived,
    homepot: Command,
    on_timescaledb: bool,
    empty_database_url: str,
    tmp_path: Path,
    words_file: Path,
) -> None:
    if not on_timescaledb:
        pytest.skip("needs `--timescaledb` (make test-timescaledb)")
    for days in range(1, 8):
        await lived.store(timedelta(days=days), float(days))
    old = (now() - timedelta(days=5)).astimezone(UTC).date()
    async with await psycopg.AsyncConnection.connect(lived.url, autocommit=True) as owner:
        await compress(owner, READINGS, old)
    into, at = tmp_path / "a disk's", (empty_database_url, tmp_path / "other")
    sealed = ("--passphrase-file", str(words_file))
    done = await run_in_thread(homepot, "backup", str(into), *sealed)
    assert done.exit_code == 0, done.output
    drilled = await run_in_thread(homepot, "backup", "drill", str(into), *sealed)
    assert drilled.exit_code == 0, drilled.output
    done = await run_in_thread(homepot, "restore", str(into), *sealed, at=at)
    assert done.exit_code == 0, done.output
    assert _readings(empty_database_url) == _readings(lived.url)
    assert len(_readings(lived.url)) == 8
    # and over a database of which TimescaleDB keeps the readings
    await add_extension(empty_database_url)
    await move(empty_database_url, NativeStore(), TimescaleStore(), lambda *_: None)
    with psycopg.connect(empty_database_url, autocommit=True) as connection:
        connection.execute("SET ROLE homepot_system")
        connection.execute("DELETE FROM device_metrics")
    done = await run_in_thread(homepot, "restore", str(into), "--overwrite", *sealed, at=at)
    assert done.exit_code == 0, done.output
    assert _readings(empty_database_url) == _readings(lived.url)
    with psycopg.connect(empty_database_url) as connection:
        assert not store.is_on_timescaledb(connection)
    (backup,) = folder.backups_in(into)
    assert json.loads((backup / "backup.json").read_text())["format"] == 2
    assert PASSPHRASE not in (backup / "backup.json").read_text()


def _readings(url: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        connection.execute("SET ROLE homepot_system")
        found = connection.execute(
            "SELECT m.* FROM device_metrics m JOIN devices d ON d.id = m.device_id ORDER BY m.ts"
        )
        return found.fetchall()


def test_a_table_of_a_dump_is_laid_in_parts_and_the_others_are_not() -> None:
    dump = (
        b"SET a = 1;\nCREATE FUNCTION f();\n"
        b"CREATE TABLE public.device_metrics_old (\n    a int\n);\n"
        b"CREATE TABLE public.device_metrics (\n    ts int\n);\n\n"
        b"CREATE TABLE public.b (\n    a int\n);\nCOPY b FROM stdin;\n1\n\\.\n"
    )
    sink = io.BytesIO()
    edits = programs.Edits((b"SET a",), store.PARTED_READINGS)
    assert programs.hand_over(io.BytesIO(dump), sink, edits)
    wanted = dump.replace(b"SET a = 1;\n", b"").replace(
        b"    ts int\n);\n", b"    ts int\n)\nPARTITION BY RANGE (ts);\n"
    )
    assert sink.getvalue() == wanted


async def test_what_is_packed_is_said_again_by_a_program(tmp_path: Path) -> None:
    pieces = [bytes([number % 251]) * 7_000 for number in range(200)]
    path = tmp_path / "it's packed"
    packed = Packed(iter(pieces))
    with path.open("wb") as file:
        while piece := packed.read(1_000):
            file.write(piece)
    assert gzip.decompress(path.read_bytes()) == b"".join(pieces)
    process = await asyncio.create_subprocess_shell(unpacking(path), stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    assert process.returncode == 0
    assert said == b"".join(pieces)
