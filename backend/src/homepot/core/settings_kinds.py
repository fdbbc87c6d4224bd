"""What kinds of values settings have: each says by itself what it takes and how it is kept."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from homepot.core import addresses


def _lowered(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _absolute(value: Path) -> Path:
    return value.expanduser().absolute()


DatabaseUrl = Annotated[SecretStr, AfterValidator(addresses.database_url)]
PublicUrl = Annotated[str, AfterValidator(addresses.public_url)]
Host = Annotated[str, Field(max_length=253), AfterValidator(addresses.host)]
MqttUrl = Annotated[SecretStr, AfterValidator(addresses.mqtt_url)]
Folder = Annotated[Path, AfterValidator(_absolute)]
LogLevel = Annotated[
    Literal["debug", "info", "warning", "error"],
    BeforeValidator(_lowered),
]
LogFormat = Annotated[Literal["text", "json"], BeforeValidator(_lowered)]
