"""The maps document: whose topics there are and what in their messages is which metric."""

import re
from collections.abc import Sequence
from functools import cached_property
from importlib.resources import files
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from homepot.core.settings import Settings
from homepot.core.settings_sources import SettingsError
from homepot.core.yaml_file import document, read_text
from homepot.telemetry.intake.batch import METRIC_NAME
from homepot.telemetry.mqtt import paths
from homepot.telemetry.mqtt.topics import TopicPattern, pattern

SHIPPED = ("tasmota", "zigbee2mqtt")
OWN_TOPIC = pattern("homepot/{device}/telemetry")
_CLOSED = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
_STAR = re.compile(r"\{(\d)\}")


def _topic(text: str) -> str:
    pattern(text)
    return text


def _path(text: str) -> str:
    paths.parsed(text)
    return text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        message = "not a timezone like Europe/Lisbon"
        raise ValueError(message) from None
    return name


def _written_out(given: Any) -> Any:
    """A bare name is short for {metric: name}."""
    return {"metric": given} if isinstance(given, str) else given


PathText = Annotated[str, Field(max_length=500), AfterValidator(_path)]


class Target(BaseModel):
    """What a value becomes; {1} in the name is what the first star of its path stands for."""

    model_config = _CLOSED

    metric: str
    factor: float = 1.0

    @field_validator("metric")
    @classmethod
    def _nameable(cls, name: str) -> str:
        if not METRIC_NAME.fullmatch(_STAR.sub("x", name)):
            message = "a metric has 1 to 63 of the characters a-z 0-9 _ and starts with a letter"
            raise ValueError(message)
        return name

    def name(self, stars: Sequence[str]) -> str:
        if not stars:
            return self.metric
        filled = _STAR.sub(lambda star: paths.word(stars[int(star[1]) - 1]), self.metric)
        return paths.shortened(filled)


class Alive(BaseModel):
    """The word by which somebody says that the device is there; `at` where in a JSON document."""

    model_config = _CLOSED

    word: str
    at: PathText | None = None


class Map(BaseModel):
    model_config = _CLOSED

    topic: Annotated[str, Field(max_length=1_000), AfterValidator(_topic)]
    ignore: bool = False
    alive: Alive | None = None
    time: PathText | None = None
    time_unit: Literal["s", "ms"] = "s"
    zone: Annotated[str, AfterValidator(_zone)] | None = None
    metrics: Annotated[
        dict[PathText, Annotated[Target, BeforeValidator(_written_out)]], Field(max_length=1_000)
    ] = {}
    others: Literal["take", "leave"] = "leave"
    words: dict[str, float] = {}

    @model_validator(mode="after")
    def _whole(self) -> Self:
        says = [self.ignore, self.alive is not None, bool(self.metrics or self.others == "take")]
        if says.count(True) != 1:
            message = "a map says one of ignore: true, alive, and metrics (or others: take)"
            raise ValueError(message)
        if not self.ignore and "{device" not in self.topic:
            message = "the topic says nowhere which device it is: {device} or {device...}"
            raise ValueError(message)
        for path, target in self.metrics.items():
            stars = path.split(".").count("*")
            if any(not 1 <= int(number) <= stars for number in _STAR.findall(target.metric)):
                message = f"{path}: {target.metric} names a star that the path does not have"
                raise ValueError(message)
        return self

    @cached_property
    def pattern(self) -> TopicPattern:
        return pattern(self.topic)

    @cached_property
    def time_path(self) -> paths.Path | None:
        return paths.parsed(self.time) if self.time else None

    @cached_property
    def targets(self) -> list[tuple[paths.Path, Target]]:
        return [(paths.parsed(path), target) for path, target in self.metrics.items()]

    @cached_property
    def plain_targets(self) -> dict[paths.Path, Target]:
        return {path: target for path, target in self.targets if "*" not in path}

    @cached_property
    def star_targets(self) -> list[tuple[paths.Path, Target]]:
        return [(path, target) for path, target in self.targets if "*" in path]


class Maps(BaseModel):
    model_config = _CLOSED

    maps: Annotated[list[Map], Field(max_length=1_000)]


def parse(text: str, place: str) -> Maps:
    return document(text, place, Maps)


def shipped(name: str) -> Maps:
    found = files("homepot.telemetry.mqtt").joinpath("maps", f"{name}.yaml")
    return parse(found.read_text(encoding="utf-8"), f"{name}.yaml")


def load(settings: Settings) -> list[Map]:
    """The owner's maps, then the ready ones that are named; the first that fits a topic holds."""
    problems: list[str] = []
    found: list[Map] = []
    if path := settings.mqtt_maps_path:
        try:
            text = read_text(path, settings.named("mqtt_maps_path"))
            found = parse(text, str(path)).maps
        except SettingsError as error:
            problems += error.problems
    names = [name for name in re.split(r"[\s,]+", settings.mqtt_maps) if name]
    problems += [
        f"{settings.named('mqtt_maps')}: there is no ready map {name!r}; allowed:"
        f" {', '.join(SHIPPED)}"
        for name in names
        if name not in SHIPPED
    ]
    if problems:
        raise SettingsError(problems)
    return [*found, *(one for name in names for one in shipped(name).maps)]


def filters(maps: Sequence[Map]) -> list[str]:
    """What to subscribe to, each once, and none that another one covers."""
    wanted = {OWN_TOPIC.filter, *(one.pattern.filter for one in maps if not one.ignore)}
    return sorted(one for one in wanted if not any(covers(other, one) for other in wanted))


def covers(wide: str, narrow: str) -> bool:
    """Whether one filter asks for everything that another, different one asks for.

    >>> covers("a/#", "a/+/c"), covers("a/+", "a/b"), covers("a/+", "a/#")
    (True, True, False)
    """
    if wide == narrow:
        return False
    ours, theirs = wide.split("/"), narrow.split("/")
    for place, level in enumerate(ours):
        if level == "#":
            return True
        if place >= len(theirs) or theirs[place] == "#":
            return False
        if level not in ("+", theirs[place]):
            return False
    return len(ours) == len(theirs)
