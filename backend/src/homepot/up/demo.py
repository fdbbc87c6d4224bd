"""The simulated fleet as a part: an outside client that happens to be started here."""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from homepot.core.database import Database
from homepot.core.errors import HomepotError
from homepot.core.settings import Settings
from homepot.core.supervisor import PartFailed, ProgramPart, Say
from homepot.demo import service
from homepot.demo.folder import DemoFolder

# As often as a real agent. The simulator's own ten seconds would take three times the disk.
_CHOSEN = {"SIMULATOR_INTERVAL": "30"}
_LOOK_EVERY_S = 0.5
# It is given nothing that a client on another machine would not have.
_PASSED_ON = frozenset(
    {"PATH", "HOME", "LANG", "LC_ALL", "TZ", "SIMULATOR_DAYS", "SIMULATOR_INTERVAL"}
)
_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


class DemoPart(ProgramPart):
    """Sees to its token before each start: it may have been revoked, or the database be new."""

    def __init__(self, settings: Settings, database_url: str, environ: Mapping[str, str]) -> None:
        self.folder = DemoFolder(settings.data_dir)
        super().__init__(
            "simulated fleet",
            command(settings, self.folder.path, self.folder.credentials_path),
            log=settings.data_dir / "logs" / "simulator.log",
            environment=environment(environ),
        )
        self._database_url = database_url
        self._life_max_days = settings.token_life_max_days

    async def start(self) -> None:
        self.folder.status_path.unlink(missing_ok=True)
        database = Database(self._database_url, connections_max=1)
        try:
            await service.see_to_token(database, self.folder, self._life_max_days)
        except HomepotError as error:
            raise PartFailed(f"got no token: {error.detail}") from error
        except (SQLAlchemyError, OSError) as error:
            raise PartFailed(f"got no token ({type(error).__name__})") from error
        finally:
            await database.close()
        await super().start()


async def may_come(database_url: str, data_dir: Path) -> str | None:
    """Why no simulated fleet is to be started here; None when it may."""
    database = Database(database_url, connections_max=1)
    try:
        return await service.why_not(database, DemoFolder(data_dir))
    finally:
        await database.close()


async def left_behind(database_url: str) -> int:
    """How many simulated devices there are."""
    database = Database(database_url, connections_max=1)
    try:
        return await service.simulated_count(database)
    finally:
        await database.close()


def command(settings: Settings, state: Path, credentials: Path) -> list[str]:
    host = _ANY_ADDRESS.get(settings.host, settings.host)
    host = f"[{host}]" if ":" in host else host
    return [
        *(sys.executable, "-P", "-m", "homepot_simulator", "run", "--begin-anew"),
        *("--server", f"http://{host}:{settings.port}"),
        *("--state", str(state), "--credentials", str(credentials)),
    ]


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in environ.items() if name in _PASSED_ON}
    return {**_CHOSEN, **kept, "PYTHONUNBUFFERED": "1"}


async def tell(folder: DemoFolder, say: Say) -> None:
    """Passes on what the fleet says of its beginning, in a line or two."""
    told = ""
    while True:
        words = in_words(await asyncio.to_thread(folder.status))
        if words and words != told:
            told = words
            say(words)
        await asyncio.sleep(_LOOK_EVERY_S)


def in_words(status: Mapping[str, object]) -> str:
    """What a person reads of it.

    >>> in_words({"phase": "history", "devices": 40, "sites": 4, "owed_s": 604800, "rows": 0})
    'Simulated fleet: 40 devices at 4 sites are live; 7 days of history follow.'
    >>> in_words({"phase": "live", "devices": 40, "sites": 4, "owed_s": 32400, "rows": 21600,
    ...           "took_s": 2.5})
    'Simulated fleet: 9 hours of history are there, 21,600 readings in 3 s.'
    >>> in_words({"phase": "live", "devices": 40, "sites": 4, "owed_s": 0, "rows": 12})
    'Simulated fleet: 40 devices at 4 sites are live.'
    """
    devices, sites, owed_s, rows, took_s = (
        _number(status.get(name)) for name in ("devices", "sites", "owed_s", "rows", "took_s")
    )
    if not devices:
        return ""
    live = f"Simulated fleet: {devices:.0f} devices at {sites:.0f} sites are live"
    if not owed_s:
        return f"{live}."
    if status.get("phase") == "history":
        return f"{live}; {_long(owed_s)} of history follow."
    return (
        f"Simulated fleet: {_long(owed_s)} of history are there,"
        f" {rows:,.0f} readings in {took_s + 0.5:.0f} s."
    )


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _long(seconds: float) -> str:
    return f"{seconds / 86400:.0f} days" if seconds >= 172800 else f"{seconds / 3600:.0f} hours"
