"""Wire shapes of how the installation is."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from homepot.condition.logic import State, Unit
from homepot.condition.service import Condition


class FigureOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    name: str
    value: float | None = Field(description="null: not measured, or it is the age of `at`")
    unit: Unit
    at: datetime | None = Field(description="since when, or when it was, where that is not now")


class PartOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    name: str
    state: State
    words: str
    to_do: str | None = Field(description="what mends it; null where nothing is wrong")
    figures: list[FigureOut]


class ProgramOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    name: str = Field(examples=["api", "worker", "database", "models", "simulator"])
    memory_bytes: int = Field(description="of all processes of this kind; shared pages by share")
    since: datetime


class ConditionOut(BaseModel):
    as_of: datetime
    state: State = Field(description="of the worst part that is known")
    parts: list[PartOut]
    programs: list[ProgramOut] = Field(description="of this installation on this machine")

    @classmethod
    def of(cls, one: Condition) -> Self:
        return cls(
            as_of=one.as_of,
            state=one.state,
            parts=[PartOut.model_validate(part) for part in one.parts],
            programs=[ProgramOut.model_validate(each) for each in one.programs],
        )
