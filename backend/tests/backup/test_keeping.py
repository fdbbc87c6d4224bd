"""What is kept, the drill, each night, restic, and what doctor says."""

import asyncio
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.backup.stage import LONG_AGO, PASSPHRASE, Command, Lived, run_in_thread

from homepot.backup import folder, jobs, programs, restoring, writing
from homepot.backup.configuration import backup_dir
from homepot.backup.errors import NotWhole
from homepot.core.clock import now
from homepot.doctor.backups import backups as look_at_backups


async def test_the_newest_are_kept_and_the_archive_is_stored_once(
    lived: Lived, homepot: Command, tmp_path: Path
) -> None:
    into, moment = tmp_path / "backups", now()
    for number in range(3):
        at = moment - timedelta(days=9 - number)
        await asyncio.to_thread(writing.write, lived.source, into, None, at)
    done = await run_in_thread(homepot, "backup", str(into), "--keep", "2")
    assert done.exit_code == 0, done.output
    found = folder.backups_in(into)
    assert len(found) == 2
    files = [path for one in found for path in (one / "archive").rglob("*.parquet")]
    assert len({path.stat().st_ino for path in files}) == 1
    listed = await run_in_thread(homepot, "backup", "list", str(into))
    assert [line.split()[0] for line in listed.output.splitlines()] == [one.name for one in found]


async def test_the_drill_restores_beside_and_notices_what_is_not_the_same(
    lived: Lived, homepot: Command, tmp_path: Path
) -> None:
    done = await run_in_thread(homepot, "backup", "drill")
    assert done.exit_code == 0, done.output
    assert "counts and checksums are those" in done.output
    drilled = folder.drilled_at(backup_dir(lived.settings))
    assert drilled is not None
    assert now() - drilled < timedelta(hours=1)
    left = [one.name for one in lived.settings.data_dir.iterdir()]
    assert [one for one in left if one.startswith(("drill-", "tmp"))] == []
    into = tmp_path / "backups"
    backup = await asyncio.to_thread(writing.write, lived.source, into, None, now())
    contents = folder.read_contents(backup / "contents.json")
    rows, checksum = contents.tables["devices"]
    assert rows == 1
    with psycopg.connect(lived.url, autocommit=True) as connection:
        connection.execute("SET ROLE homepot_system")
        connection.execute("UPDATE devices SET name = name || '!'")
    with pytest.raises(NotWhole, match="devices: 1 rows, restored 1"):
        await asyncio.to_thread(restoring.compare, contents, lived.url)
    assert checksum


async def test_the_dump_and_the_list_of_files_are_of_one_moment(
    lived: Lived, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A day is put away between the beginning of a backup and its copying of files."""
    await lived.store(LONG_AGO + timedelta(days=1), 3.5)
    real, done = writing.store.archived, []

    def meanwhile(connection: Any) -> Any:
        found = real(connection)
        if not done:
            done.append(True)
            with psycopg.connect(lived.url, autocommit=True) as other:
                other.execute("SET ROLE homepot_system")
                other.execute("UPDATE archive_files SET state = 'replaced'")
        return found

    monkeypatch.setattr(writing.store, "archived", meanwhile)
    backup = await asyncio.to_thread(writing.write, lived.source, tmp_path / "b", None, now())
    listed = folder.read_list(backup)
    contents = folder.read_contents(backup / "contents.json")
    assert len(listed.names_in("archive")) == 1
    assert contents.tables["device_metrics"][0] == 2


@pytest.mark.skipif(shutil.which("restic") is None, reason="restic is not installed")
async def test_restic_takes_it_and_gives_it_back(
    lived: Lived,
    homepot: Command,
    empty_database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    repository, into = tmp_path / "repository of restic", tmp_path / "backups"
    refused = await run_in_thread(homepot, "backup", str(into), "--restic", str(repository))
    assert "RESTIC_PASSWORD_FILE" in refused.output
    monkeypatch.setenv("RESTIC_PASSWORD", PASSPHRASE)
    monkeypatch.setenv("RESTIC_CACHE_DIR", str(tmp_path / "cache"))
    done = await run_in_thread(homepot, "backup", str(into), "--restic", str(repository))
    assert done.exit_code == 0, done.output
    shutil.rmtree(into)
    at = (empty_database_url, tmp_path / "other")
    done = await run_in_thread(homepot, "restore", str(repository), "--restic", at=at)
    assert done.exit_code == 0, done.output


async def test_a_backup_is_written_each_night(
    lived: Lived, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = lived.settings.model_copy(update={"backup_hour": 4})
    (task,) = jobs.tasks(chosen)
    assert task.cron == "30 4 * * *"
    assert jobs.tasks(lived.settings.model_copy(update={"backups_kept": 0})) == ()
    into = tmp_path / "another disk"
    for name, value in (
        ("DATABASE_URL", lived.url),
        ("DATA", lived.settings.data_dir),
        ("BACKUP_DIR", into),
    ):
        monkeypatch.setenv(f"HOMEPOT_{name}", str(value))
    await task.run(lived.database, now())
    assert len(folder.backups_in(into)) == 1


async def test_doctor_tells_how_old_the_newest_is(lived: Lived) -> None:
    settings, moment = lived.settings, now()
    assert look_at_backups(settings, moment).detail.startswith("none yet")
    into = settings.data_dir / "backups"
    await asyncio.to_thread(writing.write, lived.source, into, None, moment)
    assert look_at_backups(settings, moment + timedelta(hours=30)).ok
    old = look_at_backups(settings, moment + timedelta(days=4))
    assert not old.ok
    assert "it is old" in old.detail


def test_no_password_stands_in_a_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    class Watched(subprocess.Popen[bytes]):
        def __init__(self, command: Any, **how: Any) -> None:
            seen.append(command)
            super().__init__(["true"], **how)

    monkeypatch.setattr(subprocess, "Popen", Watched)
    url = "postgresql://somebody:a%20secret@127.0.0.1:1/homepot"
    with programs.dumped(programs.Programs(None), url, "1-1") as _:
        pass
    assert "secret" not in " ".join(seen[0])
    assert programs.surroundings(url)["PGPASSWORD"] == "a secret"
