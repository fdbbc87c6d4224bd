"""Where the owner's broker is. Pure; the password shows itself nowhere."""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr


@dataclass(frozen=True)
class Broker:
    host: str
    port: int
    tls: bool
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """As it may be shown."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'mqtts' if self.tls else 'mqtt'}://{host}:{self.port}"


def broker_at(url: SecretStr) -> Broker:
    """The setting has been checked already.

    >>> broker_at(SecretStr("mqtt://ada:a%40b@pier.lan")).name
    'mqtt://pier.lan:1883'
    """
    parts = urlsplit(url.get_secret_value())
    tls = parts.scheme == "mqtts"
    return Broker(
        parts.hostname or "",
        parts.port or (8883 if tls else 1883),
        tls,
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
    )
