"""What a model server is asked, and what it says: the one shape behind which it stands."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

Form = dict[str, Any] | Literal["json"] | None


@dataclass(frozen=True)
class Options:
    """How to answer; the same options and seed give the same answer."""

    temperature: float = 0.0
    seed: int = 0
    answer_tokens_max: int = 256
    stop: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    model: str
    system: str
    question: str
    window: int
    options: Options = field(default_factory=Options)
    # A JSON schema the answer has to fit, or "json" for any JSON.
    form: Form = None


@dataclass(frozen=True)
class Piece:
    """Some words of an answer; the last one has the counts."""

    text: str
    prompt_tokens: int | None = None
    answer_tokens: int | None = None
    is_last: bool = False


@dataclass(frozen=True)
class Model:
    name: str
    size_bytes: int
    is_loaded: bool = False
    digest: str = ""
    # Of a loaded one: how much of it lies in the memory of a GPU, 0 to 1.
    gpu_share: float | None = None
    fetched_at: datetime | None = None


class Door(Protocol):
    @property
    def url(self) -> str: ...

    async def version(self) -> str:
        """ModelAway where nobody answers."""

    async def models(self) -> Sequence[Model]: ...

    def chat(self, asked: Asked) -> AsyncGenerator[Piece]:
        """The words as they come. ModelAway, ModelSlow, ModelFailed or NoSuchModel."""

    async def close(self) -> None: ...
