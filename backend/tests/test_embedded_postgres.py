"""The launcher with the real server: shared, killed, left behind, moved out of root's way."""

import os
import platform
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import unquote

import psycopg
import pytest

from homepot.core.embedded_postgres import EmbeddedPostgres, programs
from homepot.core.embedded_postgres.errors import (
    DiskFull,
    FolderUnusable,
    GaveUp,
    StartFailed,
    WrongMajorVersion,
)

SOURCE = Path(__file__).parents[1] / "src"
AS_ROOT = os.geteuid() == 0
HOLD = """
import sys, time
from pathlib import Path
from homepot.core.embedded_postgres import EmbeddedPostgres
from homepot.core.log import configure_logging
configure_logging()
server = EmbeddedPostgres(Path(sys.argv[2]), fast=True)
with server.lease() if sys.argv[1] == "lease" else server.start_foreground() as held:
    sys.stdout.write((held if sys.argv[1] == "lease" else held.url) + "\\n")
    sys.stdout.flush()
    sys.stdin.read()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A place that every user may enter, so that nothing has to move elsewhere."""
    path = Path(mkdtemp(prefix="homepot test "))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedPostgres]:
    one = EmbeddedPostgres(folder / "my data", fast=True)
    yield one
    one.remove()


class Holder:
    """Another process that holds the server of a data folder until told to let go."""

    def __init__(self, how: str, data_dir: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLD, how, str(data_dir)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()
        assert self.url

    def let_go(self) -> None:
        self.process.communicate(timeout=30)
        assert self.process.returncode == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


Hold = Callable[[str, Path], Holder]


@pytest.fixture
def hold() -> Iterator[Hold]:
    holders: list[Holder] = []

    def start(how: str, data_dir: Path) -> Holder:
        holders.append(Holder(how, data_dir))
        return holders[-1]

    yield start
    for holder in holders:
        holder.kill()


def ask(url: str, statement: str) -> object:
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        row = connection.execute(statement).fetchone()
    assert row is not None
    return row[0]


def do(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        connection.execute(statement)


def postmaster(data_dir: Path) -> int:
    return int((data_dir / "postgres" / "data" / "postmaster.pid").read_text().split()[0])


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_for(condition: threading.Event, is_true: object, what: str) -> None:
    """A bounded poll; the event only gives it a clock that nobody sets."""
    assert callable(is_true)
    for _ in range(1500):
        if is_true():
            return
        condition.wait(0.02)
    raise AssertionError(f"waited in vain: {what}")


def test_a_new_database_is_what_the_product_needs(server: EmbeddedPostgres) -> None:
    with server.lease() as url:
        assert ask(url, "SELECT current_user || '@' || current_database()") == "homepot@homepot"
        attributes = "rolsuper || ',' || rolcreaterole || ',' || rolcreatedb || ',' || rolbypassrls"
        mine = f"SELECT {attributes} FROM pg_roles WHERE rolname = current_user"
        assert ask(url, mine) == "false,true,true,false"
        owner = "SELECT datdba::regrole::text FROM pg_database WHERE datname = 'homepot'"
        assert ask(url, owner) == "homepot"
        shown = {"data_checksums": "on", "timezone": "UTC", "listen_addresses": ""}
        assert {name: ask(url, f"SHOW {name}") for name in shown} == shown
        assert ask(url, "SHOW server_encoding") == "UTF8"
        locale = "SELECT datlocale FROM pg_database WHERE datname = 'homepot'"
        assert ask(url, locale) == "C.UTF-8"


def test_the_socket_is_private_and_no_parent_is_opened(folder: Path) -> None:
    inside = folder / "private" / "deeper"
    inside.mkdir(parents=True)
    inside.parent.chmod(0o700)
    inside.chmod(0o750)
    server = EmbeddedPostgres(inside / "data", fast=True, fallback_root=folder / "elsewhere")
    with server.lease() as url:
        socket_dir = Path(unquote(url.split("host=")[1].split("&")[0]))
        assert stat.S_IMODE(socket_dir.stat().st_mode) == 0o700
        assert [stat.S_IMODE(p.stat().st_mode) for p in (inside.parent, inside)] == [0o700, 0o750]
        # Under root the server's user cannot come in here, so its home is elsewhere.
        assert (inside / "data" / "postgres").is_symlink() is AS_ROOT
        do(url, "CREATE TABLE kept (n int)")
    with server.lease() as url:
        assert ask(url, "SELECT count(*) FROM kept") == 0
    server.remove()
    assert list((folder / "elsewhere").glob("[0-9a-f]*")) == []


@pytest.mark.skipif(not AS_ROOT, reason="only root runs the server as another user")
def test_programs_that_the_server_user_cannot_read_are_copied(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = programs._package_folder()
    hidden = folder / "hidden"
    hidden.mkdir(mode=0o700)
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(installed.parent / name, hidden / name)
    monkeypatch.setattr(programs, "_package_folder", lambda: hidden / "embedded_postgres")
    elsewhere = folder / "elsewhere"
    server = EmbeddedPostgres(folder / "data", fast=True, fallback_root=elsewhere)
    with server.lease() as url:
        assert ask(url, "SELECT 1") == 1
    assert len(list(elsewhere.glob("programs-*"))) == 1
    assert stat.S_IMODE(hidden.stat().st_mode) == 0o700
    server.remove()


def test_a_path_that_is_no_good_for_a_socket_gets_one_elsewhere(folder: Path) -> None:
    data_dir = folder / ("very long, " * 10) / "größe 数"
    data_dir.parent.mkdir(mode=0o711)
    server = EmbeddedPostgres(data_dir, fast=True)
    with server.lease() as first:
        assert ask(first, "SELECT 1") == 1
    with server.lease() as again:
        assert again == first
    socket_dir = Path(unquote(first.split("host=")[1].split("&")[0]))
    server.remove()
    assert not socket_dir.exists()


def test_the_last_of_those_who_share_it_stops_it(server: EmbeddedPostgres, hold: Hold) -> None:
    first = hold("lease", server.data_dir)
    pid = postmaster(server.data_dir)
    with server.lease() as url:
        assert url == first.url
        first.let_go()
        assert ask(url, "SELECT 1") == 1
        assert postmaster(server.data_dir) == pid
    assert not is_alive(pid)
    assert not server.status().is_running


async def test_the_lease_can_be_taken_without_blocking(server: EmbeddedPostgres) -> None:
    async with server.lease() as url:
        assert ask(url, "SELECT 1") == 1
    assert not server.status().is_running


def test_a_server_left_behind_is_taken_over(server: EmbeddedPostgres, hold: Hold) -> None:
    killed = hold("lease", server.data_dir)
    pid = postmaster(server.data_dir)
    killed.kill()
    assert is_alive(pid)
    with server.lease() as url:
        assert postmaster(server.data_dir) == pid
        assert ask(url, "SELECT 1") == 1
    assert not is_alive(pid)


def test_the_supervisor_replaces_a_server_left_behind(server: EmbeddedPostgres, hold: Hold) -> None:
    killed = hold("lease", server.data_dir)
    pid = postmaster(server.data_dir)
    killed.kill()
    with server.start_foreground() as held:
        assert held.is_child
        assert held.pid != pid
        assert not is_alive(pid)
    assert not is_alive(held.pid)


def test_the_supervisor_joins_a_server_in_use(server: EmbeddedPostgres, hold: Hold) -> None:
    user = hold("lease", server.data_dir)
    with server.start_foreground() as held:
        assert not held.is_child
        assert held.url == user.url
    assert ask(user.url, "SELECT 1") == 1
    user.let_go()
    assert not is_alive(held.pid)


def test_the_server_dies_with_a_killed_supervisor(server: EmbeddedPostgres, hold: Hold) -> None:
    supervisor = hold("foreground", server.data_dir)
    pid = postmaster(server.data_dir)
    do(supervisor.url, "CREATE TABLE kept AS SELECT 7 AS n")
    supervisor.kill()
    wait_for(threading.Event(), lambda: not is_alive(pid), "the server's end")
    with server.lease() as url:
        assert ask(url, "SELECT n FROM kept") == 7


def test_a_killed_server_is_restarted_past_its_remains(server: EmbeddedPostgres) -> None:
    held = server.start_foreground()
    do(held.url, "CREATE TABLE kept AS SELECT 7 AS n")
    # A backend that is computing does not notice that its server is gone.
    busy = threading.Thread(target=compute_forever, args=[held.url], daemon=True)
    busy.start()
    computing = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'DO %' AND state = 'active'"
    wait_for(threading.Event(), lambda: ask(held.url, computing) == 1, "the backend")
    os.kill(held.pid, signal.SIGKILL)
    assert held.wait(threading.Event())
    held.stop()
    with server.start_foreground() as again:
        assert again.url == held.url
        assert ask(again.url, "SELECT n FROM kept") == 7
    busy.join(timeout=30)
    assert not busy.is_alive()


def compute_forever(url: str) -> None:
    with pytest.raises(psycopg.OperationalError):
        do(url, "DO $$ DECLARE n int; BEGIN LOOP n := 1; END LOOP; END $$")


def test_a_number_of_another_program_in_the_pidfile_does_not_matter(
    server: EmbeddedPostgres,
) -> None:
    with server.lease():
        pidfile = server.data_dir / "postgres" / "data" / "postmaster.pid"
        lines = pidfile.read_text().splitlines()
    owner = pidfile.parent.stat().st_uid
    other = subprocess.Popen(["/bin/sleep", "60"], user=owner if AS_ROOT else None)
    with other:
        pidfile.write_text("\n".join([str(other.pid), *lines[1:]]) + "\n")
        os.chown(pidfile, owner, pidfile.parent.stat().st_gid)
        with server.lease() as url:
            assert ask(url, "SELECT 1") == 1
        assert other.poll() is None
        other.kill()


def test_a_database_of_another_major_version_is_left_alone(server: EmbeddedPostgres) -> None:
    with server.lease():
        pass
    version = server.data_dir / "postgres" / "data" / "PG_VERSION"
    version.write_text("17\n")
    with pytest.raises(WrongMajorVersion, match=r"PostgreSQL 17.*pg_dump"), server.lease():
        pass
    version.write_text("18\n")
    with server.lease() as url:
        assert ask(url, "SELECT 1") == 1


def test_a_making_that_was_broken_off_is_done_again(server: EmbeddedPostgres) -> None:
    half = server.data_dir / "postgres" / "data.new"
    half.mkdir(parents=True)
    for path in (half.parent, server.data_dir):
        path.chmod(0o711)
    (half / "PG_VERSION").write_text("18\n")
    with server.lease() as url:
        assert ask(url, "SELECT 1") == 1


def test_a_folder_that_cannot_be_made_is_named(folder: Path) -> None:
    (folder / "file").write_text("")
    with pytest.raises(FolderUnusable, match=r"file/data.*HOMEPOT_DATA"):
        EmbeddedPostgres(folder / "file" / "data").lease().__enter__()


def test_a_disk_without_room_is_named(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    none_left = os.statvfs_result((4096, 4096, 10, 0, 0, 10, 0, 0, 0, 255))
    with monkeypatch.context() as patched:
        patched.setattr(os, "statvfs", lambda path: none_left)
        with pytest.raises(DiskFull, match="make room"), server.lease():
            pass
    with server.lease() as url:
        assert ask(url, "SELECT 1") == 1


def test_settings_that_keep_it_from_starting_are_shown(server: EmbeddedPostgres) -> None:
    with server.lease():
        pass
    owner = server.data_dir / "postgres" / "etc" / "owner.conf"
    owner.write_text("max_connections = many\n")
    with pytest.raises(StartFailed, match=r"max_connections"), server.lease():
        pass
    owner.write_text("max_connections = 33\n")
    with server.lease() as url:
        assert ask(url, "SHOW max_connections") == "33"


def test_a_start_can_be_called_off(server: EmbeddedPostgres) -> None:
    give_up = threading.Event()
    give_up.set()
    with pytest.raises(GaveUp):
        EmbeddedPostgres(server.data_dir, fast=True, give_up=give_up).lease().__enter__()
    assert not server.status().is_running


@pytest.mark.skipif(not AS_ROOT, reason="the other tests run as an ordinary user already")
def test_an_ordinary_user_runs_it_as_herself(folder: Path) -> None:
    python = _interpreter_for("nobody")
    entry = pwd.getpwnam("nobody")
    mine = folder / "mine"
    mine.mkdir()
    os.chown(mine, entry.pw_uid, entry.pw_gid)
    ended = subprocess.run(
        [python, "-c", HOLD, "lease", str(mine / "data")],
        user=entry.pw_uid,
        group=entry.pw_gid,
        extra_groups=[],
        env={"PYTHONPATH": os.pathsep.join([str(SOURCE), *sys.path[1:]]), "HOME": "/nonexistent"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.stderr.count("Traceback") == 0, ended.stderr
    assert ended.stdout.startswith("postgresql://homepot@/homepot?host=")
    assert (mine / "data" / "postgres" / "data").stat().st_uid == entry.pw_uid
    assert stat.S_IMODE((mine / "data").stat().st_mode) == 0o700


def _interpreter_for(user: str) -> str:
    """This interpreter, or one of the same version where root keeps this one to herself."""
    same = f"python{platform.python_version_tuple()[0]}.{platform.python_version_tuple()[1]}"
    for python in (sys.executable, f"/usr/bin/{same}"):
        try:
            subprocess.run([python, "-c", ""], user=user, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        return python
    pytest.skip(f"no interpreter here that {user} can run")
