"""What the doctor looks at."""

import asyncio
import os
import platform
import re
import shutil
import socket
import sys
from pathlib import Path

import psutil
from sqlalchemy.exc import SQLAlchemyError

from homepot.core.clock import now
from homepot.core.database import Database
from homepot.core.database_home import database_lease
from homepot.core.embedded_postgres import EmbeddedPostgres
from homepot.core.errors import HomepotError
from homepot.core.http.pages import pages_dir
from homepot.core.migrate import server_version, steps_missing
from homepot.core.settings import Settings, SettingsError, load_settings
from homepot.core.supervisor.ports import PortRefused, check_port
from homepot.core.supervisor.ready import answers_now
from homepot.core.words import count
from homepot.doctor.finding import Finding
from homepot.telemetry.archive.health import Health
from homepot.telemetry.archive.health import examine as look_at_archive
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.mqtt.broker import broker_at
from homepot.telemetry.mqtt.maps import load as load_maps

_PYTHON_MIN = (3, 11)
_GIB = 1024**3
_DISK_FREE_MIN_BYTES = 1 * _GIB
_FAULTS_SHOWN_MAX = 5


def examine() -> list[Finding]:
    """Every finding, in the order a person would mend them."""
    findings = [python(sys.version_info[:2])]
    try:
        settings = load_settings()
    except SettingsError as error:
        return [*findings, Finding("configuration", ok=False, detail=str(error), mend=_CONFIGURE)]
    configured = configuration(settings)
    findings += [
        configured,
        *database(settings),
        disk(settings.data_dir),
        port(settings),
        browser_build(pages_dir()),
    ]
    if configured.ok:  # else these would only say the same again
        findings += [broker(settings), models(settings), vectors(settings), backups(settings)]
    return findings


def configuration(settings: Settings) -> Finding:
    """What each capability says of the files and addresses that are for it."""
    from homepot.features import check  # noqa: PLC0415  as in models

    try:
        check(settings)
    except SettingsError as error:
        return Finding("configuration", ok=False, detail=str(error), mend=_CONFIGURE)
    return Finding("configuration", ok=True, detail=f"data in {settings.data_dir}")


_CONFIGURE = "correct these lines; docs/settings.md lists what can be set"


def alerts(url: str) -> Finding:
    from homepot.doctor.alerts import alerts as look_at_alerts  # noqa: PLC0415  as in models

    return look_at_alerts(url)


def models(settings: Settings) -> Finding:
    # What it stands on is much, and every command that is no look of the doctor does without.
    from homepot.doctor.models import models as look_at_models  # noqa: PLC0415

    return look_at_models(settings)


def vectors(settings: Settings) -> Finding:
    from homepot.doctor.vectors import vectors as look_at_vectors  # noqa: PLC0415  as above

    return look_at_vectors(settings)


def backups(settings: Settings) -> Finding:
    from homepot.doctor.backups import backups as look_at_backups  # noqa: PLC0415  as above

    return look_at_backups(settings, now())


def python(version: tuple[int, int]) -> Finding:
    if version >= _PYTHON_MIN:
        return Finding("python", ok=True, detail=platform.python_version())
    wanted = ".".join(map(str, _PYTHON_MIN))
    return Finding(
        "python",
        ok=False,
        detail=f"{platform.python_version()}, but {wanted} or newer is needed",
        mend=f"install Python {wanted}+, remove .venv, and type `make run`",
    )


def database(settings: Settings) -> list[Finding]:
    """Whether it answers, is new enough, and has every migration."""
    try:
        if settings.database_url is None:
            status = EmbeddedPostgres(settings.data_dir).status()
            if status.major is None:
                later = "not made yet; the first start makes it"
                return [Finding(name, ok=True, detail=later) for name in ("database", "migrations")]
        with database_lease(settings) as url:
            version = server_version(url)
            where = "embedded server" if settings.database_url is None else "server of your own"
            found = Finding("database", ok=True, detail=f"PostgreSQL {version}, {where}")
            missing = steps_missing(url)
            kept = [] if missing else [archive(settings, url), alerts(url)]
            return [found, migrations(missing), *kept]
    except HomepotError as error:
        return [Finding("database", ok=False, detail=error.detail)]  # it says how to mend it
    except (SQLAlchemyError, OSError) as error:
        said = str(getattr(error, "orig", error)).strip()
        return [Finding("database", ok=False, detail=said, mend=_LOOK)]


_LOOK = "look into the log of the database server; for the embedded one logs/postgres.log"


def migrations(missing: list[str]) -> Finding:
    if not missing:
        return Finding("migrations", ok=True, detail="at the newest step")
    return Finding(
        "migrations",
        ok=False,
        detail=f"{count(len(missing), 'step')} missing: {', '.join(missing)}",
        mend="homepot db migrate",
    )


def archive(settings: Settings, url: str) -> Finding:
    """Whether old readings can be put away, and those that were are still there."""

    async def look() -> Health:
        database = Database(url, connections_max=1)
        try:
            return await look_at_archive(database, Archive.of(settings), to_the_bit=False)
        finally:
            await database.close()

    found = asyncio.run(look())
    if found.faults:
        shown = "\n".join(found.faults[:_FAULTS_SHOWN_MAX])
        return Finding(
            "archive",
            ok=False,
            detail=f"{len(found.faults):,} of {count(found.files, 'file')} not whole:\n{shown}",
            mend="put them back from a backup; `homepot archive verify` names all of them",
        )
    if not found.is_writable:
        mend = "let the user that runs HOMEPOT write there"
        return Finding("archive", ok=False, detail=f"{found.folder} is not writable", mend=mend)
    detail = f"{count(found.files, 'file')}, {found.size_bytes / 2**20:.1f} MiB, in {found.folder}"
    return Finding("archive", ok=True, detail=detail)


def disk(data_dir: Path) -> Finding:
    there = next(path for path in (data_dir, *data_dir.parents) if path.exists())
    free = shutil.disk_usage(there).free
    detail = f"{free / _GIB:.1f} GiB free for {data_dir}"
    if not os.access(there, os.W_OK):
        return Finding(
            "disk",
            ok=False,
            detail=f"{there} cannot be written to",
            mend="let the user HOMEPOT runs as write there, or set HOMEPOT_DATA to another folder",
        )
    if free >= _DISK_FREE_MIN_BYTES:
        return Finding("disk", ok=True, detail=detail)
    return Finding(
        "disk",
        ok=False,
        detail=detail,
        mend="make room for at least 1 GiB, or move the data folder and set HOMEPOT_DATA",
    )


_NOTE = re.compile(r"process (\d+), .*, port (\d+) of (\S+)")


def _runs_at(settings: Settings) -> tuple[str, int] | None:
    """Where HOMEPOT listens, if it runs on this data folder: the settings may say otherwise."""
    try:
        said = _NOTE.fullmatch((settings.data_dir / "up.lock").read_text().strip())
    except (OSError, UnicodeDecodeError):
        return None
    if said is None or not psutil.pid_exists(int(said[1])):
        return None
    host, number = said[3], int(said[2])
    return (host, number) if answers_now(host, number, "/api/health/live") else None


def port(settings: Settings) -> Finding:
    running = _runs_at(settings)
    if running is not None and running[1] != settings.port:
        detail = f"{running[1]}: HOMEPOT answers there; the settings say {settings.port}"
        return Finding("port", ok=True, detail=detail)
    try:
        check_port(settings.host, settings.port)
    except PortRefused as refused:
        if answers_now(settings.host, settings.port, "/api/health/live"):
            return Finding("port", ok=True, detail=f"{settings.port}: HOMEPOT answers there")
        said, _, mend = str(refused).partition(". ")
        return Finding("port", ok=False, detail=said, mend=mend)
    return Finding("port", ok=True, detail=f"{settings.port} on {settings.host} is free")


def broker(settings: Settings) -> Finding:
    """Whether the owner's broker is there, and the maps can be read."""
    if settings.mqtt_url is None:
        return Finding("mqtt", ok=True, detail="no broker is set (mqtt_url)")
    try:
        maps = load_maps(settings)
    except SettingsError as error:
        return Finding("mqtt", ok=False, detail=str(error), mend=_CONFIGURE)
    found = broker_at(settings.mqtt_url)
    try:
        socket.create_connection((found.host, found.port), timeout=5).close()
    except OSError as error:
        said = f"{found.name} cannot be reached: {error.strerror or error}"
        return Finding("mqtt", ok=False, detail=said, mend="start the broker, or correct mqtt_url")
    detail = (
        f"{found.name} answers, {count(len(maps), 'map')}; GET /api/telemetry/mqtt shows the rest"
    )
    return Finding("mqtt", ok=True, detail=detail)


def browser_build(folder: Path) -> Finding:
    if (folder / "index.html").is_file():
        return Finding("pages", ok=True, detail=f"built, in {folder}")
    return Finding(
        "pages",
        ok=False,
        detail=f"not built: nothing in {folder}",
        mend="`make run` builds them (needs Node 20+), or `npm ci && npm run build` in frontend/",
    )
