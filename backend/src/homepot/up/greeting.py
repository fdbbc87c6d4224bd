"""What a person reads in the terminal. Pure text."""

from pathlib import Path

from homepot import __version__
from homepot.core.settings import Settings

_ANY_ADDRESS = {"0.0.0.0", "::"}  # noqa: S104


def address(settings: Settings) -> str:
    """What to type into a browser on this machine."""
    if settings.public_url is not None:
        return settings.public_url
    host = "127.0.0.1" if settings.host in _ANY_ADDRESS else settings.host
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def note(process: int, settings: Settings) -> str:
    """What is left in `up.lock` for others; `doctor` reads where it listens."""
    return f"process {process}, {address(settings)}, port {settings.port} of {settings.host}"


def greeting(
    settings: Settings, *, username: str, password: str | None, database_home: Path | None
) -> str:
    """`database_home` is None when the owner brought a server of her own."""
    rows = [("open", address(settings))]
    if password is not None:
        rows.append(("sign in", f"{username}   one-time password: {password}"))
    rows.append(("data", str(settings.data_dir)))
    if database_home is not None and not database_home.is_relative_to(settings.data_dir.resolve()):
        rows.append(("", f"the database is in {database_home}"))
    rows.append(("logs", str(settings.data_dir / "logs")))
    rows.append(("stop", "Ctrl-C"))
    lines = [f"  {name:<9} {words}" for name, words in rows]
    return "\n".join(["", f"  HOMEPOT {__version__} is running.", "", *lines, ""])
