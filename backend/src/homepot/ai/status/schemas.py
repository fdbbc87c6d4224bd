"""The shape of the plan, with what it leaves open."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field


class ModelOut(BaseModel):
    name: str
    size: str = Field(description="of its file", examples=["2.0GB"])
    status: Literal["ready", "loaded"] = Field(
        description="ready: on the disk; loaded: in memory as well"
    )
    gpu_share: float | None = Field(
        description="how much of a loaded model lies in the memory of a GPU, from 0 to 1; null: it"
        " is not loaded, or its server does not say"
    )


class MemoryOut(BaseModel):
    ollama: str | None = Field(
        description="resident memory of the model server's processes; null where it cannot be seen"
    )
    chromadb: str | None = Field(
        description="null: Chroma runs inside the API process and cannot be told from it"
    )
    api: str = Field(description="resident memory of the API process, Chroma in it")


class RequestsOut(BaseModel):
    """What this process asked of models since it began."""

    calls: int
    failures: int
    retries: int
    waiting: int = Field(description="in the queue at this moment")
    remembered: int = Field(description="answered from memory: no model was asked")
    not_remembered: int
    response_ms_mean: int | None = Field(description="of a call; null before the first one")


class NarrationsOut(BaseModel):
    """What became of a model's words for answers of ours since this process began."""

    shown: int
    cut_short: int = Field(description="the first sentences were shown, a later one was refused")
    refused: int = Field(description="they said what the facts do not say; ours were shown")
    too_slow: int
    away: int = Field(description="no model answered")


class StatusOut(BaseModel):
    ai_enabled: bool = Field(description="false: no model is asked; every answer is a template's")
    ollama_status: Literal["running", "not running"] = Field(
        description="of the model server in use"
    )
    ollama_url: str
    model_server: Literal["ollama", "homepot"] | None = Field(
        description="which one is in use: Ollama, or our own; null where none answers"
    )
    available_models: list[ModelOut]
    roles: dict[str, str] = Field(description="the model that answers for each role")
    model_requests: RequestsOut
    narrations: NarrationsOut
    chromadb_status: Literal["connected", "not connected", "not started"]
    chromadb_problem: str | None = Field(description="why it is not connected")
    chromadb_collections: int | None = Field(description="of this tenant; null: cannot be counted")
    total_embeddings: int | None = Field(description="of this tenant; null: cannot be counted")
    memory_usage: MemoryOut
    timestamp: datetime
