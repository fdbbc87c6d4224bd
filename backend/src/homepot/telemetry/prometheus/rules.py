"""The rules document: what a series becomes. Shipped with the product, or the owner's own file."""

import re
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from homepot.core.yaml_file import document, read_text
from homepot.telemetry.intake.batch import METRIC_NAME


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        message = f"not a regular expression: {error}"
        raise ValueError(message) from None
    return text


def _metric(name: str) -> str:
    if not METRIC_NAME.fullmatch(name):
        message = "a metric has 1 to 63 of the characters a-z 0-9 _ and starts with a letter"
        raise ValueError(message)
    return name


Pattern = Annotated[str, Field(max_length=500), AfterValidator(_pattern)]
_CLOSED = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, populate_by_name=True)


class Rule(BaseModel):
    model_config = _CLOSED

    name: Pattern
    labels: dict[str, Pattern] = {}
    drop: bool = False
    keep: bool = False
    metric: Annotated[str, AfterValidator(_metric)] | None = None
    factor: float = 1.0
    apart_by: list[str] = Field(default=[], alias="with")

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if [self.drop, self.keep, self.metric is not None].count(True) != 1:
            message = "a rule says one of drop: true, keep: true and metric"
            raise ValueError(message)
        return self

    def fits(self, name: str, labels: dict[str, str]) -> bool:
        return _whole(self.name, name) and all(
            _whole(pattern, labels.get(label, "")) for label, pattern in self.labels.items()
        )


def _whole(pattern: str, text: str) -> bool:
    return _compiled(pattern).fullmatch(text) is not None


@lru_cache(maxsize=10_000)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


class Rules(BaseModel):
    model_config = _CLOSED

    device: Annotated[list[str], Field(min_length=1)]
    site: str
    ignore: list[str] = []
    rules: Annotated[list[Rule], Field(max_length=1_000)] = []


def load(path: Path | None, named: str = "prometheus_rules_path") -> Rules:
    """SettingsError with the line to mend where the owner's file cannot be used."""
    if path is None:
        shipped = files("homepot.telemetry.prometheus").joinpath("rules.yaml")
        return parse(shipped.read_text(encoding="utf-8"), "rules.yaml")
    return parse(read_text(path, named), str(path))


def parse(text: str, place: str) -> Rules:
    return document(text, place, Rules)
