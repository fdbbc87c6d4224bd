"""The parts that need no server."""

import doctest
import os
import pwd
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import psycopg
import pytest
from sqlalchemy import make_url

from homepot.core.embedded_postgres import config, home, machine, pidfile, programs, sockets
from homepot.core.embedded_postgres.errors import BelongsToAnother, HomeGone, ProgramsMissing
from homepot.core.embedded_postgres.identity import ServerUser
from homepot.core.embedded_postgres.pidfile import PidFile, parse_pidfile
from homepot.core.locks import FileLock, is_free

HOLD_A_LOCK = """
import sys, time
from pathlib import Path
from homepot.core.locks import FileLock
lock = FileLock(Path(sys.argv[1]))
lock.take(shared=True)
sys.stdout.write("held")
sys.stdout.flush()
time.sleep(60)
"""


@pytest.mark.parametrize("module", [config, pidfile, sockets])
def test_the_examples_in_the_words_are_true(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert (result.failed, result.attempted > 0) == (0, True)


def settings(*, fast: bool = False, preload: str = "") -> dict[str, config.Value]:
    return config.server_settings(
        memory_bytes=4 * config.GIB,
        etc=Path("/d/etc"),
        socket_dir=Path("/d/my socket"),
        preload=preload.split(),
        fast=fast,
    )


def test_nothing_listens_on_the_network() -> None:
    assert settings()["listen_addresses"] == ""
    assert "host" not in config.pg_hba_conf()


def test_timescaledb_is_loaded_and_kept_from_calling_anybody() -> None:
    assert settings()["shared_preload_libraries"] == ""
    loaded = settings(preload="timescaledb")
    assert loaded["shared_preload_libraries"] == "timescaledb"
    assert loaded["timescaledb.telemetry_level"] == "off"


def test_what_is_stored_is_safe_unless_a_test_says_otherwise() -> None:
    assert "fsync" not in settings()
    assert settings(fast=True)["fsync"] is False


def test_the_owners_own_settings_come_last() -> None:
    lines = config.postgresql_conf(Path("/d/it's/postgresql.conf"), settings()).splitlines()
    assert lines[2] == "include = '/d/it''s/postgresql.conf'"
    assert lines[-1] == "include_if_exists = 'owner.conf'"
    assert "unix_socket_directories = '\"/d/my socket\"'" in lines


def test_each_system_user_is_let_in_once_for_each_role() -> None:
    assert config.pg_ident_conf(["ada", "ada", "homepot"]).splitlines() == [
        'homepot "ada" homepot',
        'homepot "ada" postgres',
        'homepot "homepot" homepot',
        'homepot "homepot" postgres',
    ]


def test_a_pidfile_that_is_still_being_written_is_not_ready() -> None:
    assert parse_pidfile("") is None
    assert parse_pidfile("12\n/d\n") == PidFile(12, "", "")
    assert not PidFile(12, "/s", "starting").is_ready


@pytest.mark.parametrize(
    ("folder", "is_good"),
    [
        ("/srv/my data/socket", True),
        ("/srv/" + "x" * 90, False),
        ("/srv/a,b", False),
        ('/srv/a"b', False),
        ("/srv/größe", False),
    ],
)
def test_the_socket_needs_a_short_plain_path(folder: str, is_good: bool) -> None:
    assert sockets.fits(Path(folder)) is is_good


def test_the_address_is_read_alike_by_both_libraries() -> None:
    url = sockets.database_url("/srv/my data/socket")
    assert psycopg.conninfo.conninfo_to_dict(url) == {
        "user": "homepot",
        "dbname": "homepot",
        "host": "/srv/my data/socket",
        "port": "5432",
    }
    assert make_url(url).query["host"] == "/srv/my data/socket"


def test_a_lock_is_shared_or_held_alone_and_goes_with_its_holder(tmp_path: Path) -> None:
    path = tmp_path / "users.lock"
    one, two = FileLock(path), FileLock(path)
    one.take(shared=True)
    two.take(shared=True)
    assert not is_free(path)
    one.release()
    assert not is_free(path)
    two.release()
    assert is_free(path)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD_A_LOCK, str(path)], stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.read(4) == b"held"
        assert not is_free(path)
        holder.kill()
    assert is_free(path)


def test_a_container_s_limit_counts_as_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit, none = tmp_path / "limit", tmp_path / "none"
    limit.write_text("1048576\n")
    none.write_text("max\n")
    monkeypatch.setattr(machine, "_CGROUP_LIMITS", (tmp_path / "missing", none))
    whole = machine.memory_bytes()
    monkeypatch.setattr(machine, "_CGROUP_LIMITS", (limit,))
    assert machine.memory_bytes() == 1048576 < whole


def test_a_lost_database_is_never_replaced_by_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "postgres").symlink_to(tmp_path / "gone")
    with pytest.raises(HomeGone, match="not there any more"):
        home.find_home(tmp_path)


def test_somebody_else_s_database_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "postgres").mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(BelongsToAnother, match="belongs to the user"):
        home.find_home(tmp_path)


def test_missing_programs_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "_PACKAGE", "embedded_postgres_that_is_not_there")
    me = pwd.getpwuid(os.getuid())
    user = ServerUser(me.pw_name, me.pw_uid, me.pw_gid, me.pw_name)
    with pytest.raises(ProgramsMissing, match="DATABASE_URL"):
        programs.find_programs(user, tmp_path)
