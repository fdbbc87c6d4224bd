"""The rules document: what a series becomes. Shipped with the product, or the owner's own file."""

import re
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from homepot.core.settings_sources import SettingsError
from homepot.telemetry.intake.batch import METRIC_NAME

FILE_SIZE_MAX_BYTES = 1024 * 1024


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


def load(path: Path | None) -> Rules:
    """SettingsError with the line to mend where the owner's file cannot be used."""
    if path is None:
        shipped = files("homepot.telemetry.prometheus").joinpath("rules.yaml")
        return parse(shipped.read_text(encoding="utf-8"), "rules.yaml")
    try:
        if path.stat().st_size > FILE_SIZE_MAX_BYTES:
            raise SettingsError([f"{path}: larger than {FILE_SIZE_MAX_BYTES} bytes"])
        return parse(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise SettingsError([f"{path}: cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise SettingsError([f"{path}: not UTF-8 text"]) from None


def parse(text: str, place: str) -> Rules:
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        given = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SettingsError([f"{place}:{line}: not valid YAML: {error.problem}"]) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise SettingsError([f"{place}: not valid YAML"]) from None
    try:
        return Rules.model_validate(given)
    except ValidationError as error:
        raise SettingsError(
            f"{place}:{_line(tree, one['loc'])}: {_words(one)}" for one in error.errors()
        ) from None


def _words(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"])
    problem = str(error["msg"]).removeprefix("Value error, ")
    return f"{where}: {problem}" if where else problem


def _line(node: yaml.Node | None, loc: tuple[Any, ...]) -> int:
    """The line of the innermost part of the document that this place leads to."""
    line = node.start_mark.line + 1 if node is not None else 1
    for part in loc:
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
        elif isinstance(node, yaml.MappingNode):
            found = [pair for pair in node.value if pair[0].value == str(part)]
            if not found:
                break
            line, node = found[0][0].start_mark.line + 1, found[0][1]
            continue
        else:
            break
        line = node.start_mark.line + 1 if node is not None else line
    return line
