"""What is asked of us, in Ollama's words and in OpenAI's. What a model cannot do is refused."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Number = Annotated[float, Field(allow_inf_nan=False)]
KeepAlive = str | int | float | None


def _listed(given: Any) -> Any:
    return [given] if isinstance(given, str) else given


Stops = Annotated[list[str], BeforeValidator(_listed), Field(max_length=16)]


class _Shape(BaseModel):
    # What a newer client says beyond this is not for us.
    model_config = ConfigDict(extra="ignore", protected_namespaces=())


class Message(_Shape):
    role: Literal["system", "user", "assistant", "tool", "developer"]
    content: str | list[dict[str, Any]] | None = ""
    images: list[Any] | None = None
    tool_calls: list[Any] | None = None

    def plain(self) -> dict[str, str]:
        """Text alone. ValueError where there is something else."""
        if self.images or self.tool_calls:
            raise ValueError("this model takes text alone: no images and no tools")
        role = "system" if self.role == "developer" else self.role
        if not isinstance(self.content, list):
            return {"role": role, "content": self.content or ""}
        parts = [part.get("text") for part in self.content]
        if not all(isinstance(part, str) for part in parts):
            raise ValueError("this model takes text alone: no images and no sound")
        return {"role": role, "content": "".join(map(str, parts))}


class Options(_Shape):
    """Ollama's, with Ollama's defaults."""

    temperature: Annotated[Number, Field(ge=0, le=100)] = 0.8
    top_k: Annotated[int, Field(ge=0, le=1_000_000)] = 40
    top_p: Annotated[Number, Field(ge=0, le=1)] = 0.9
    min_p: Annotated[Number, Field(ge=0, le=1)] = 0.0
    typical_p: Annotated[Number, Field(ge=0, le=1)] = 1.0
    repeat_last_n: Annotated[int, Field(ge=-1, le=1_000_000)] = 64
    repeat_penalty: Annotated[Number, Field(ge=0, le=100)] = 1.1
    presence_penalty: Annotated[Number, Field(ge=-100, le=100)] = 0.0
    frequency_penalty: Annotated[Number, Field(ge=-100, le=100)] = 0.0
    seed: int | None = None
    num_predict: Annotated[int, Field(ge=-2, le=10_000_000)] = -1
    num_ctx: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    stop: Stops = []


Format = dict[str, Any] | Literal["json", ""] | None


class _OfModel(_Shape):
    model: str = Field(default="", max_length=300)
    name: str = Field(default="", max_length=300)

    @property
    def called(self) -> str:
        return self.model or self.name


class _Asking(_OfModel):
    stream: bool = True
    format: Format = None
    options: Options | None = None
    keep_alive: KeepAlive = None


class Chat(_Asking):
    messages: list[Message] = Field(default=[], max_length=10_000)
    tools: list[Any] | None = None


class Generate(_Asking):
    prompt: str = ""
    system: str = ""
    suffix: str = ""
    raw: bool = False
    images: list[Any] | None = None


class Embed(_OfModel):
    input: str | Annotated[list[str], Field(max_length=4096)] = []
    prompt: str | None = None
    keep_alive: KeepAlive = None


class Pull(_OfModel):
    stream: bool = True


class Delete(_OfModel):
    pass


class Show(_OfModel):
    pass


class JsonSchema(_Shape):
    name: str = ""
    schema_: dict[str, Any] = Field(alias="schema")


class ResponseFormat(_Shape):
    type: Literal["text", "json_object", "json_schema"]
    json_schema: JsonSchema | None = None


class StreamOptions(_Shape):
    include_usage: bool = False


class _OpenAi(_Shape):
    model: str = Field(max_length=300)
    stream: bool = False
    stream_options: StreamOptions | None = None
    max_tokens: int | None = Field(default=None, ge=1)
    temperature: Annotated[Number, Field(ge=0, le=2)] | None = None
    top_p: Annotated[Number, Field(ge=0, le=1)] | None = None
    presence_penalty: Annotated[Number, Field(ge=-2, le=2)] | None = None
    frequency_penalty: Annotated[Number, Field(ge=-2, le=2)] | None = None
    seed: int | None = None
    stop: Stops | None = None
    n: int | None = Field(default=None, le=1, ge=1)


class OpenAiChat(_OpenAi):
    messages: list[Message] = Field(min_length=1, max_length=10_000)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    response_format: ResponseFormat | None = None
    tools: list[Any] | None = None


class OpenAiPrompt(_OpenAi):
    prompt: str
    suffix: str | None = None
    echo: bool = False


class OpenAiEmbeddings(_Shape):
    model: str = Field(max_length=300)
    input: str | Annotated[list[str], Field(max_length=4096)]
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int | None = None
