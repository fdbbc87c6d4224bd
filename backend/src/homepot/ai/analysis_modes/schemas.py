"""Modes on the wire."""

from pydantic import BaseModel, ConfigDict

from homepot.ai.analysis_modes.modes import Mode, ModeName


class ModeOut(BaseModel):
    name: ModeName
    label: str
    focus: str
    audience: str
    output: list[str]

    @classmethod
    def of(cls, mode: Mode) -> "ModeOut":
        return cls(
            name=mode.name,
            label=mode.label,
            focus=mode.focus,
            audience=mode.audience,
            output=list(mode.output),
        )


class ModesOut(BaseModel):
    """Every mode, and the one this user sees things in where a request names none."""

    mode: ModeName
    modes: list[ModeOut]


class ModeChoice(BaseModel):
    model_config = ConfigDict(extra="forbid")

    mode: ModeName
