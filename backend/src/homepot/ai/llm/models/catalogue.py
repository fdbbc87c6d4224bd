"""The models that are known by name. The shipped file is read once and checked."""

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

SHIPPED = Path(__file__).with_name("models.yaml")
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}(:[a-z0-9][a-z0-9._-]{0,79})?", re.IGNORECASE)

Kind = Literal["chat", "embedding"]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


def _name(value: str) -> str:
    if not NAME.fullmatch(value):
        raise ValueError("a name is made of letters, digits, points and dashes, like family:size")
    return value


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Part):
    """Where a model comes from: one of these."""

    wheel: str | None = None
    version: str | None = None
    file: str | None = None
    ollama: str | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.wheel is None) == (self.ollama is None):
            raise ValueError("a source is a wheel or a name in Ollama")
        if self.wheel is not None and not (self.version and self.file):
            raise ValueError("a wheel needs its version and the file in it")
        return self


class Entry(_Part):
    name: Annotated[str, AfterValidator(_name)]
    title: str = ""
    role: str = ""
    kind: Kind = "chat"
    licence: str = "not known"
    bytes: int | None = Field(default=None, ge=1)
    sha256: Sha256 | None = None
    sources: tuple[Source, ...] = ()

    @model_validator(mode="after")
    def _checksum_of_files(self) -> Self:
        if self.sha256 is None and any(source.wheel for source in self.sources):
            raise ValueError(f"{self.name}: a model from a wheel needs a checksum")
        return self


class _Catalogue(_Part):
    models: tuple[Entry, ...]


@lru_cache(maxsize=1)
def catalogue() -> Sequence[Entry]:
    return read(SHIPPED)


def read(path: Path) -> Sequence[Entry]:
    return _Catalogue.model_validate(yaml.safe_load(path.read_text("utf-8"))).models


def entry_of(name: str, entries: Sequence[Entry]) -> Entry | None:
    """By its name, with or without the tag `latest` that clients add."""
    plain = name.removesuffix(":latest")
    return next((one for one in entries if one.name in (name, plain)), None)
