"""The database's shape: which step it is at, and bringing it to the newest."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep as pause

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg.errors import (
    DeadlockDetected,
    InsufficientPrivilege,
    LockNotAvailable,
    RaiseException,
)
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from homepot.core.database import driver_url
from homepot.core.database_home import database_lease
from homepot.core.errors import Unavailable
from homepot.core.settings import load_settings, project_root

POSTGRES_MAJOR_MIN = 14
# One migration at a time, whoever starts it: any fixed number will do.
_MIGRATION_LOCK = 7_304_661_001
LOCK_WAIT_MAX_S = 5.0
_PAUSE_S = 1.0
_TRIES_MAX = 60


class NeedsAdministrator(Unavailable):
    """The database user may not do what HOMEPOT needs."""


class TooOld(Unavailable):
    """The database server is older than what HOMEPOT needs."""


class DoesNotAnswer(Unavailable):
    """The database server does not answer."""


class AtWork(Unavailable):
    """Somebody has been using the database for minutes, so that it cannot be brought up to date: a
    backup, or another HOMEPOT. Wait for it, or stop it, and type the command again. Whatever steps
    were made are kept."""


class MadeByNewer(Unavailable):
    """The database was brought to a step that this version of HOMEPOT does not know."""


def refuse_old_server(version_num: int) -> None:
    """PostgreSQL says 140011 for 14.11."""
    major, minor = divmod(version_num, 10_000)
    if major < POSTGRES_MAJOR_MIN:
        raise TooOld(
            f"The server at DATABASE_URL is PostgreSQL {major}.{minor}; HOMEPOT needs"
            f" {POSTGRES_MAJOR_MIN} or newer. Upgrade it, or leave DATABASE_URL unset to use the"
            " PostgreSQL that HOMEPOT brings along."
        )


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """A plain connection of the login role, for work on the shape of the database."""
    engine = create_engine(driver_url(url), connect_args={"connect_timeout": 5})
    try:
        with _opened(engine) as connection:
            version = connection.execute(text("SHOW server_version_num")).scalar_one()
            refuse_old_server(int(version))
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _MIGRATION_LOCK})
            connection.commit()
            yield connection
    finally:
        engine.dispose()


def _opened(engine: Engine) -> Connection:
    try:
        return engine.connect()
    except OperationalError as error:
        said = " ".join(str(error.orig).split()).rstrip(".?")
        raise DoesNotAnswer(
            f"The database does not answer: {said}. Start its server, or correct DATABASE_URL,"
            " or unset it to use the PostgreSQL that HOMEPOT brings along."
        ) from None


@contextmanager
def migration_connection() -> Iterator[Connection]:
    """A connection to the database of the settings."""
    with database_lease(load_settings()) as url, connected(url) as connection:
        yield connection


def alembic_config() -> Config:
    """In a checkout the folder `backend`; a wheel has the same files inside the package."""
    root = project_root()
    folder = root / "backend" if root else Path(__file__).parents[1] / "schema"
    return Config(str(folder / "alembic.ini"))


@contextmanager
def in_plain_words() -> Iterator[None]:
    """Where a migration says what an administrator has to do, that is all there is to say."""
    try:
        yield
    except DBAPIError as error:
        cause = error.orig
        if isinstance(cause, RaiseException):
            raise NeedsAdministrator(cause.diag.message_primary) from None
        if isinstance(cause, InsufficientPrivilege):
            said = cause.diag.message_primary
            raise NeedsAdministrator(
                f"The database user may not do what a migration needs: {said}. Let it"
                " own its database; the operator guide has the statements."
            ) from None
        raise


def upgrade(url: str) -> None:
    """Bring the database to the newest step."""
    config = alembic_config()
    script = ScriptDirectory.from_config(config)
    with connected(url) as connection:
        _applied(script, connection)
        config.attributes["connection"] = connection
        # Who waits for a table makes everybody else wait behind it: not for long.
        connection.execute(text(f"SET lock_timeout = '{LOCK_WAIT_MAX_S:g}s'"))
        connection.commit()
        with in_plain_words():
            _step_by_step(config, connection)


def _step_by_step(config: Config, connection: Connection) -> None:
    """Each step is a transaction: one that met somebody at work is undone, and tried again."""
    for tries_left in reversed(range(_TRIES_MAX)):
        try:
            command.upgrade(config, "head")
        except DBAPIError as error:
            connection.rollback()
            if not isinstance(error.orig, LockNotAvailable | DeadlockDetected):
                raise
            if not tries_left:
                raise AtWork from None
            pause(_PAUSE_S)
        else:
            return


def server_version(url: str) -> str:
    """As the server says it, "16.4" for example; refuses one that is too old."""
    with connected(url) as connection:
        version: str = connection.execute(text("SHOW server_version")).scalar_one()
    return version.split(maxsplit=1)[0]


def steps_missing(url: str) -> list[str]:
    """The migrations that have not been applied yet, oldest first."""
    script = ScriptDirectory.from_config(alembic_config())
    with connected(url) as connection:
        applied = _applied(script, connection)
    return [
        s.revision for s in reversed(list(script.walk_revisions())) if s.revision not in applied
    ]


def _applied(script: ScriptDirectory, connection: Connection) -> set[str]:
    at = MigrationContext.configure(connection).get_current_heads()
    connection.rollback()  # only looked
    known = {step.revision for step in script.walk_revisions()}
    if unknown := set(at) - known:
        raise MadeByNewer(
            f"The database is at step {', '.join(sorted(unknown))}, which this version of HOMEPOT"
            " does not know: a newer one made it. Use that version, or choose another folder with"
            " HOMEPOT_DATA. Nothing was changed."
        )
    return {step.revision for step in script.iterate_revisions(at, "base")} if at else set()
