"""The text the server is given and gives. Pure: what the machine is like comes as arguments."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

MIB = 1024 * 1024
GIB = 1024 * MIB
OWN_FILE = "owner.conf"
OWN_FILE_BEGINS = "# Settings of your own, read at each start of the server; kept.\n"
MAP = "homepot"
TIMESCALEDB = "timescaledb"
DATABASE = "homepot"
ROLE = "homepot"
SUPERUSER = "postgres"

Value = str | int | bool

# What a server says at every start, and to those who knock too early.
_ROUTINE = (
    "LOG:  starting PostgreSQL",
    "LOG:  listening on",
    "LOG:  database system is shut down",
    "FATAL:  the database system is starting up",
    "FATAL:  the database system is not yet accepting connections",
)
_LINES_MAX = 8
_FOR_TIMESCALEDB: dict[str, Value] = {
    "timescaledb.telemetry_level": "off",
    # A correction may be as large as a request; the limit is the request's.
    "timescaledb.max_tuples_decompressed_per_dml_transaction": 0,
    "timescaledb.max_background_workers": 4,
    "max_worker_processes": 16,
}


def shared_buffers_mib(memory_bytes: int) -> int:
    """15 % of the memory, between 128 MiB and 1 GiB.

    >>> [shared_buffers_mib(size * GIB) for size in (0, 2, 64)]
    [128, 307, 1024]
    """
    return max(128, min(1024, memory_bytes * 15 // 100 // MIB))


def server_settings(
    *, memory_bytes: int, etc: Path, socket_dir: Path, preload: Collection[str], fast: bool
) -> dict[str, Value]:
    """What differs from PostgreSQL's own defaults, for one machine that does other things too."""
    settings: dict[str, Value] = {
        "hba_file": str(etc / "pg_hba.conf"),
        "ident_file": str(etc / "pg_ident.conf"),
        "listen_addresses": "",
        "port": 5432,  # only part of the socket's name: nothing listens on it
        "unix_socket_directories": '"' + str(socket_dir) + '"',
        "unix_socket_permissions": "0700",
        "shared_preload_libraries": ",".join(preload),
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] ",
        "log_checkpoints": False,
        "shared_buffers": f"{shared_buffers_mib(memory_bytes)}MB",
        "effective_cache_size": f"{max(256, memory_bytes // 2 // MIB)}MB",
        "maintenance_work_mem": f"{max(64, min(512, memory_bytes // 20 // MIB))}MB",
        "work_mem": "8MB",
        "max_connections": 100,
        "wal_compression": "pglz",
        "checkpoint_timeout": "15min",
        "max_wal_size": "1GB",
        "random_page_cost": "1.1",  # solid-state disks, also in small machines
    }
    if TIMESCALEDB in preload:
        settings |= _FOR_TIMESCALEDB
    if fast:
        settings |= {"fsync": False, "full_page_writes": False}
    return settings


def quoted(value: Value) -> str:
    r"""A value as it stands in postgresql.conf.

    >>> print(quoted("it's here"), quoted(False), quoted("a\\b"))
    'it''s here' 'off' 'a\\b'
    """
    if isinstance(value, bool):
        value = "on" if value else "off"
    return "'" + str(value).replace("\\", "\\\\").replace("'", "''") + "'"


def postgresql_conf(made_by_initdb: Path, settings: Mapping[str, Value]) -> str:
    lines = [
        "# Written anew at each start. Settings of your own go into the file",
        f"# {OWN_FILE} beside this one; they are stronger than these.",
        f"include = {quoted(str(made_by_initdb))}",
        *(f"{name} = {quoted(value)}" for name, value in settings.items()),
        f"include_if_exists = {quoted(OWN_FILE)}",
    ]
    return "\n".join(lines) + "\n"


def pg_hba_conf() -> str:
    """Only over the socket, and only by the name of the operating system's user."""
    return f"local all all peer map={MAP}\n"


def pg_ident_conf(system_users: Iterable[str]) -> str:
    """Each of these users may be the product's role, and the superuser for the upkeep."""
    return "".join(
        f'{MAP} "{name}" {role}\n'
        for name in dict.fromkeys(system_users)
        for role in (ROLE, SUPERUSER)
    )


def telling_lines(said: str) -> str:
    """Of what a server said before it ended, what tells why.

    >>> print(telling_lines("1 LOG:  listening on a socket\\n1 FATAL:  no room"))
    1 FATAL:  no room
    """
    lines = [line for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if not any(routine in line for routine in _ROUTINE)]
    return "\n".join((telling or lines)[-_LINES_MAX:]) or "it said nothing"
