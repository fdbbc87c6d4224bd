"""The AI service's own file: the shipped config.yaml, and what the owner's file says otherwise."""

import ipaddress
import socket
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from homepot.core.settings import Settings, SettingsError
from homepot.core.words import words_of
from homepot.core.yaml_file import line_of, parsed, read_text

SHIPPED = Path(__file__).with_name("config.yaml")
ROLES = ("fast", "balanced", "accurate")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Models(_Part):
    """The model of each role, by the name its server knows it under."""

    fast: str = Field(min_length=1, max_length=200)
    balanced: str = Field(min_length=1, max_length=200)
    accurate: str = Field(min_length=1, max_length=200)


class Ollama(_Part):
    url: str
    timeout: float = Field(gt=0, le=600)
    max_retries: int = Field(ge=0, le=10)
    concurrent_calls: int = Field(ge=1, le=64)
    waiting_calls: int = Field(ge=0, le=10_000)
    window: int = Field(ge=512, le=1_000_000)


class Caching(_Part):
    enabled: bool
    ttl: float = Field(ge=0, le=86_400)
    max_size: int = Field(ge=1, le=1_000_000)


class Chromadb(_Part):
    path: str = Field(min_length=1, max_length=4_000)
    collection_name: str = Field(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9._-]{1,61}[a-zA-Z0-9]$")

    def folder(self, settings: Settings) -> Path:
        """A relative path lies in the data folder."""
        return settings.data_dir / Path(self.path).expanduser()


class EmbeddingChoice(_Part):
    model: str = Field(min_length=1, max_length=200)


class HealthThresholds(_Part):
    """From `healthy` on a device is healthy, from `warning` on it wants attention; below that it
    is critical."""

    healthy: float = Field(gt=0, le=1)
    warning: float = Field(ge=0, lt=1)
    critical: float = Field(ge=0, le=0, default=0.0)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.warning >= self.healthy:
            raise ValueError("warning must be below healthy")
        return self


class AnomalyDetection(_Part):
    health_thresholds: HealthThresholds
    # by device type, where another measure fits
    health_thresholds_of: Mapping[str, HealthThresholds] = {}


class Query(_Part):
    # Whether a model may fill in what a question asks for where the grammar does not understand it.
    fill_plans: bool


class AiConfig(_Part):
    default_model: str = Field(min_length=1, max_length=200)
    models: Models
    ollama: Ollama
    chromadb: Chromadb
    embedding: EmbeddingChoice
    caching: Caching
    anomaly_detection: AnomalyDetection
    query: Query


@lru_cache(maxsize=8)
def ai_config(settings: Settings) -> AiConfig:
    """SettingsError, with the line and what to do, where a file or an address is wrong."""
    given = _inner(parsed(SHIPPED.read_text("utf-8"), str(SHIPPED))[1], str(SHIPPED))
    own, tree = settings.ai_config_path, None
    if own is not None:
        text = read_text(own, settings.named("ai_config_path"))
        tree, found = parsed(text, str(own))
        given = _over(given, _inner(found, str(own)))
    if settings.ollama_url is not None:
        given = _over(given, {"ollama": {"url": settings.ollama_url}})
    if settings.chromadb_path is not None:
        given = _over(given, {"chromadb": {"path": str(settings.chromadb_path)}})
    try:
        config = AiConfig.model_validate(given)
    except ValidationError as error:
        problems = []
        for one in error.errors():
            at = ("ai_service", *one["loc"])
            place = f"{own or SHIPPED}:{line_of(tree, at)}"
            problems.append(f"{place}: {'.'.join(map(str, at))}: {words_of(one)}")
        raise SettingsError(problems) from None
    if not settings.model_server_anywhere:
        named = settings.named("ollama_url")
        if settings.ollama_url is None:
            line = line_of(tree, ("ai_service", "ollama", "url"))
            named = f"{own or SHIPPED}:{line}: ai_service.ollama.url"
        _refuse_far_away(config.ollama.url, named)
    return config


def _inner(given: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(given, dict) or not isinstance(given.get("ai_service"), dict):
        raise SettingsError([f"{place}:1: everything in it stands under the key `ai_service:`"])
    inner: dict[str, Any] = given["ai_service"]
    return inner


def _over(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """What the other says stands; what it does not say stays."""
    merged = dict(one)
    for key, value in other.items():
        known = merged.get(key)
        nested = isinstance(known, Mapping) and isinstance(value, Mapping)
        merged[key] = _over(known, value) if nested else value  # type: ignore[arg-type]
    return merged


def _refuse_far_away(url: str, named: str) -> None:
    """Questions go to this address: it has to be this machine or a private network."""
    parts = urlsplit(url)
    try:
        host = parts.hostname if parts.scheme in {"http", "https"} else None
        port = parts.port
    except ValueError:
        host = port = None
    if not host:
        said = f"{named}: {url!r} is not the address of a model server"
        raise SettingsError([f"{said}: write one like http://localhost:11434"])
    if host == "localhost":
        return
    try:
        found = {str(given[4][0]) for given in socket.getaddrinfo(host, port)}
    except OSError:
        raise SettingsError(
            [f"{named}: the host {host!r} is not known: is the name written rightly?"]
        ) from None
    if not all(ipaddress.ip_address(address.split("%")[0]).is_private for address in found):
        far_away = (
            f"{named}: the host {host!r} is neither this machine nor in a private network: what is"
            " asked would leave the house. If that is meant, set"
            " HOMEPOT_MODEL_SERVER_ANYWHERE=true"
        )
        raise SettingsError([far_away])
