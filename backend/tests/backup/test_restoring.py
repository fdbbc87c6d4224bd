"""A backup of a running HOMEPOT, put back elsewhere, is what it was; what is not whole is told."""

import asyncio
import json
import shutil
import stat
from datetime import timedelta
from pathlib import Path

import psycopg
import pyrage
import pytest
from pyrage import x25519
from sqlalchemy import text
from tests.backup.stage import LONG_AGO, Command, Lived, run_in_thread

from homepot.backup import folder, restoring, sealing, store, writing
from homepot.backup.errors import BackupFailed, NotOpened, RestoreRefused
from homepot.backup.sealing import seal_of
from homepot.core.clock import now
from homepot.core.database import Database
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.following import service as following


async def test_what_is_put_back_elsewhere_is_what_was_there(
    lived: Lived, homepot: Command, empty_database_url: str, tmp_path: Path
) -> None:
    into, elsewhere = tmp_path / "a disk of it", tmp_path / "other data"
    done = await run_in_thread(homepot, "backup", str(into))
    assert done.exit_code == 0, done.output
    assert "verified" in done.output
    await lived.store(timedelta(seconds=5), 9.5)  # after its moment
    done = await run_in_thread(homepot, "restore", str(into), at=(empty_database_url, elsewhere))
    assert done.exit_code == 0, done.output
    database = Database(empty_database_url)
    try:
        async with database.tenant(lived.tenant_id) as tx:
            seen = await tx.execute(text("SELECT values FROM readings ORDER BY ts"))
            assert [row[0] for row in seen] == [[2.5]]
            named = await tx.execute(text("SELECT public_id FROM devices"))
            assert named.scalars().all() == [lived.device_id]
        archive = Archive(elsewhere / "archive")
        async with database.system() as tx:
            found = await tx.execute(text("SELECT id FROM devices"))
            device = found.scalar_one()
            rows = await archive.rows(tx, device, now() - 2 * LONG_AGO, now())
        assert rows is not None
        assert rows.values.tolist() == [[1.5]]
        async with database.engine.connect() as bare:
            # The role that signs in owns the tables and sees nobody's rows, as before.
            assert (await bare.execute(text("SELECT count(*) FROM devices"))).scalar_one() == 0
    finally:
        await database.close()


async def test_who_reads_what_is_committed_goes_on_where_the_numbers_are_others(
    lived: Lived, homepot: Command, empty_database_url: str, tmp_path: Path
) -> None:
    """As on a new server, whose transactions have far smaller numbers than those in the backup."""
    far = 4_000_000_000
    async with lived.database.system() as tx:
        reader = "insert into telemetry_readers (name, low, read_at) values"
        places = f"{reader} ('ahead', '{far + 20}', now()), ('behind', '{far + 10}', now())"
        await tx.execute(text("delete from telemetry_readers"))
        await tx.execute(text(places))
        renumber = "update telemetry_commits set xid = cast(cast(:xid as text) as xid8)"
        await tx.execute(text(renumber), {"xid": str(far + 15)})
    into = tmp_path / "backups"
    assert (await run_in_thread(homepot, "backup", str(into))).exit_code == 0
    at = (empty_database_url, tmp_path / "other")
    done = await run_in_thread(homepot, "restore", str(into), at=at)
    assert done.exit_code == 0, done.output
    database = Database(empty_database_url)
    try:
        async with database.system() as tx:
            ahead = await following.look(tx, "ahead")
            behind = await following.look(tx, "behind")
            assert ahead is not None
            assert behind is not None
            assert (len(ahead.commits), len(behind.commits)) == (0, 2)
            parts = "at, rows, ts_min, ts_max, device_ids"
            again = f"insert into telemetry_commits ({parts})"
            copied = f"{again} select {parts} from telemetry_commits limit 1"
            await tx.execute(text(copied))
        async with database.system() as tx:
            later = await following.look(tx, "ahead")
            assert later is not None
            assert len(later.commits) == 1
    finally:
        await database.close()


async def test_a_restore_replaces_only_what_it_is_told_to(
    lived: Lived, homepot: Command, empty_database_url: str, tmp_path: Path
) -> None:
    into, at = tmp_path / "backups", (empty_database_url, tmp_path / "other")
    assert (await run_in_thread(homepot, "backup", str(into))).exit_code == 0
    refused = await run_in_thread(homepot, "restore", str(into), "--overwrite")
    assert "HOMEPOT is at work on this database" in refused.output
    done = await run_in_thread(homepot, "restore", str(into), at=at)
    assert done.exit_code == 0, done.output
    with psycopg.connect(empty_database_url, autocommit=True) as connection:
        connection.execute("SET ROLE homepot_system")
        connection.execute("UPDATE tenants SET name = 'Changed since'")
        connection.execute("RESET ROLE")
        connection.execute("CREATE TABLE made_since (id int)")
    refused = await run_in_thread(homepot, "restore", str(into), at=at)
    assert refused.exit_code == 1
    assert "--overwrite" in refused.output
    done = await run_in_thread(homepot, "restore", str(into), "--overwrite", at=at)
    assert done.exit_code == 0, done.output
    with psycopg.connect(empty_database_url) as connection:
        connection.execute("SET ROLE homepot_system")
        assert connection.execute("SELECT name FROM tenants").fetchone() == ("Harbour",)
        there = connection.execute("SELECT to_regclass('made_since')").fetchone()
        assert there == (None,)


async def test_a_restore_that_breaks_off_leaves_what_was_there(
    lived: Lived, empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = await asyncio.to_thread(writing.write, lived.source, tmp_path / "b", None, now())
    listed = folder.read_list(backup)
    one = restoring.opened(backup, listed, seal_of(backup, listed, lambda: None))
    with psycopg.connect(empty_database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE made_before (name text)")
    monkeypatch.setattr(store, "MAP_TRANSACTIONS", "SELECT 1 / 0;")
    with pytest.raises(RestoreRefused, match=r"division by zero.*as it was before"):
        await asyncio.to_thread(restoring.restore, one, empty_database_url, tmp_path / "other")
    with psycopg.connect(empty_database_url) as connection:
        assert connection.execute("SELECT count(*) FROM made_before").fetchone() == (0,)
        assert connection.execute("SELECT to_regclass('devices')").fetchone() == (None,)


async def test_a_backup_of_a_newer_version_changes_nothing(
    lived: Lived, homepot: Command, empty_database_url: str, tmp_path: Path
) -> None:
    into, at = tmp_path / "backups", (empty_database_url, tmp_path / "other")
    assert (await run_in_thread(homepot, "backup", str(into))).exit_code == 0
    (backup,) = folder.backups_in(into)
    contents = json.loads((backup / "contents.json").read_text())
    folder.write_json(backup / "contents.json", {**contents, "step": "9999_later"})
    listed = folder.read_list(backup)
    pieces = [folder.piece_of(backup, one.name) for one in listed.pieces]
    newer = folder.Listed(listed.at, "99.0", False, tuple(pieces))
    folder.write_list(backup, newer)
    done = await run_in_thread(homepot, "restore", str(into), at=at)
    assert done.exit_code == 1
    assert "HOMEPOT 99.0, at step 9999_later" in done.output
    said = json.loads((backup / "backup.json").read_text())
    folder.write_json(backup / "backup.json", {**said, "format": folder.FORMAT + 1})
    done = await run_in_thread(homepot, "restore", str(into), at=at)
    assert "newer format" in done.output
    with psycopg.connect(empty_database_url) as connection:
        assert not store.holds_something(connection)


async def test_a_sealed_backup_opens_with_its_passphrase_alone(
    lived: Lived,
    homepot: Command,
    words_file: Path,
    empty_database_url: str,
    tmp_path: Path,
) -> None:
    into, at = tmp_path / "sealed", (empty_database_url, tmp_path / "other")
    with_words = ("--passphrase-file", str(words_file))
    done = await run_in_thread(homepot, "backup", str(into), *with_words)
    assert done.exit_code == 0, done.output
    (backup,) = folder.backups_in(into)
    for path in (one for one in backup.rglob("*") if one.is_file()):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
        if path.name != "backup.json":
            assert path.read_bytes().startswith(b"age-encryption.org/v1"), path
    assert b"Harbour" not in b"".join(one.read_bytes() for one in backup.glob("*.*"))
    other = tmp_path / "another"
    other.write_text("five copper kettles in a row\n")
    for words, said in (
        ((), "is encrypted"),
        (("--passphrase-file", str(other)), "does not open"),
        (("--passphrase-file", str(tmp_path / "nowhere")), "cannot be read"),
    ):
        refused = await run_in_thread(homepot, "restore", str(into), *words, at=at)
        assert refused.exit_code == 1
        assert said in refused.output
    done = await run_in_thread(homepot, "restore", str(into), *with_words, at=at)
    assert done.exit_code == 0, done.output
    assert [one.name for one in (tmp_path / "other").iterdir() if "restore-" in one.name] == []


@pytest.mark.parametrize("name", ["database.dump", "contents.json", "archive"])
async def test_what_was_cut_or_changed_is_named_and_not_restored(
    lived: Lived,
    homepot: Command,
    empty_database_url: str,
    tmp_path: Path,
    name: str,
) -> None:
    into = tmp_path / "backups"
    assert (await run_in_thread(homepot, "backup", str(into))).exit_code == 0
    (backup,) = folder.backups_in(into)
    path = backup / name
    if path.is_dir():
        (path,) = path.rglob("*.parquet")
    whole = path.read_bytes()
    for damage, said in (
        (lambda: path.write_bytes(whole[: len(whole) // 2]), "cut"),
        (lambda: path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1])), "not what was written"),
        (path.unlink, "is missing"),
    ):
        damage()
        for words in (("backup", "verify", str(into)), ("restore", str(into))):
            at = (empty_database_url, tmp_path / "other")
            done = await run_in_thread(homepot, *words, at=at)
            assert done.exit_code == 1
            assert path.name in done.output
            assert said in done.output
    with psycopg.connect(empty_database_url) as connection:
        assert not store.holds_something(connection)


async def test_a_full_disk_leaves_earlier_backups_and_nothing_half(
    lived: Lived, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    into = tmp_path / "backups"
    first = await asyncio.to_thread(writing.write, lived.source, into, None, now())

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folder, "write_json", full)
    later = now() + timedelta(seconds=5)
    with pytest.raises(BackupFailed, match=r"disk of .* is full"):
        await asyncio.to_thread(writing.write, lived.source, into, None, later)
    assert list(into.iterdir()) == [first]
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=10))
    with pytest.raises(BackupFailed, match="make room"):
        await asyncio.to_thread(writing.refuse_without_room, lived.source, into)


def test_a_key_is_looked_at_again_where_the_machine_is_only_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """age says how long it will take by how fast the machine is just now."""
    (tmp_path / folder.KEY).write_bytes(b"sealed")
    listed = folder.Listed(now(), "1", True, ())
    busy = pyrage.DecryptError("Excessive work parameter for passphrase.\nIt takes 512 seconds.")
    said: list[object] = [busy, busy, str(x25519.Identity.generate()).encode()]

    def decrypt(*_: object) -> bytes:
        found = said.pop(0)
        if isinstance(found, Exception):
            raise found
        assert isinstance(found, bytes)
        return found

    monkeypatch.setattr(sealing.by_passphrase, "decrypt", decrypt)
    assert seal_of(tmp_path, listed, lambda: "words").is_closed
    said = [busy] * 100
    with pytest.raises(NotOpened, match=r"too busy.*was not tried"):
        seal_of(tmp_path, listed, lambda: "words")
    said = [pyrage.DecryptError("Decryption failed")]
    with pytest.raises(NotOpened, match="does not open"):
        seal_of(tmp_path, listed, lambda: "words")
