"""On which port HOMEPOT's own model server listens: the one that was chosen, else a free one.

Two installations on one machine would have the same port by default. Whoever starts the second
finds it taken, takes another and leaves word of it in the data folder, for commands beside it.
"""

import socket

from homepot.core.settings import Settings

_FILE = "model-server.port"
_PORT_MAX = 65_535


def own_port(settings: Settings) -> int:
    if settings.is_given("model_server_port"):
        return settings.model_server_port
    try:
        said = (settings.data_dir / _FILE).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return settings.model_server_port
    is_port = said.isdecimal() and 1 <= int(said[:6]) <= _PORT_MAX
    return int(said) if is_port else settings.model_server_port


def with_free_port(settings: Settings) -> Settings:
    """For who is about to start it: the settings, with a port that can be had."""
    file = settings.data_dir / _FILE
    file.unlink(missing_ok=True)
    if settings.is_given("model_server_port") or _is_free(settings.model_server_port):
        return settings
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    file.write_text(f"{port}\n", encoding="ascii")
    return settings.model_copy(update={"model_server_port": port})


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
