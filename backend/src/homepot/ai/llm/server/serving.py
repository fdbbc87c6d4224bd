"""`homepot llm serve`: the process."""

import socket

import uvicorn

from homepot.ai.llm.server.app import create_app
from homepot.core.settings import Settings

_GRACE_S = 3


class CannotServe(Exception):
    """It is switched off, or the port cannot be had; the message says what to do."""


def serve(settings: Settings) -> None:
    """Until it is told to stop. Only this machine reaches it, whatever the other settings say."""
    if not settings.ai_enabled:
        raise CannotServe("AI_ENABLED is false: no model is started. Set it to true to serve one.")
    port = settings.model_server_port
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            raise CannotServe(
                f"The model server cannot have port {port}: {error.strerror}. Choose another with"
                " HOMEPOT_MODEL_SERVER_PORT."
            ) from None
        config = uvicorn.Config(
            create_app(settings),
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_S,
            h11_max_incomplete_event_size=64 * 1024,
        )
        uvicorn.Server(config).run(sockets=[listener])
