"""Wire shapes of alerts."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    model_validator,
)

from homepot.alerts.occurrence import Category, Severity
from homepot.alerts.rules import Digest, Opening
from homepot.alerts.service import Channel, Decision, Delivery, DeliveryPage, RuleRow, SilenceRow
from homepot.fleet.fields import Line, Name, PublicId
from homepot.fleet.sites.schemas import LocalTime, Timezone, Weekday

_SILENCE_MAX_DAYS = 366
_SILENCE_FIELDS = ("device_id", "site_id", "type", "tag", "category")


def _once(values: list[str]) -> list[str]:
    return sorted(set(values))


def _topic(value: str) -> str:
    if any(sign in value for sign in "+#\0"):
        raise ValueError("a topic that is written to holds no + and no #")
    return value


Url = Annotated[SecretStr, Field(min_length=1, max_length=2_000)]
Topic = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\s]+$"),
    AfterValidator(_topic),
]
Ids = Annotated[list[PublicId], Field(max_length=50), AfterValidator(_once)]
Words = Annotated[list[Name], Field(max_length=50), AfterValidator(_once)]
Kind = Literal["service", "mqtt", "dashboard"]
Length = Literal["short", "long"]
DeliveryState = Literal["waiting", "sending", "sent", "failed", "dropped"]
Minutes = Annotated[int, Field(ge=1, le=7 * 24 * 60)]


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    def said(self) -> dict[str, Any]:
        """What was given, as it is kept."""
        given = self.model_dump(exclude_unset=True)
        secret = given.get("url")
        if isinstance(secret, SecretStr):
            given["url"] = secret.get_secret_value()
        return given


class _Change(_Given):
    @model_validator(mode="after")
    def _no_null_where_none_can_be(self) -> Self:
        null = {name for name in self.model_fields_set if getattr(self, name) is None}
        if wrong := null - _MAY_BE_NULL:
            raise ValueError(f"{min(wrong)} cannot be null; leave it out to keep it as it is")
        return self


_MAY_BE_NULL = frozenset({"escalate_after_min"})


class ChannelNew(_Given):
    name: Name
    kind: Kind = "service"
    url: Url | None = Field(
        default=None,
        description="of a service, as apprise writes it: mailto://user:password@host?to=you@host,"
        " tgram://…, slack://…, ntfy://…, json://host/path (a webhook). Never shown again.",
    )
    topic: Topic | None = Field(default=None, description="at the broker of mqtt_url")
    length: Length | None = Field(default=None, description="without it: long for e-mail")
    enabled: bool = True

    def values(self) -> dict[str, Any]:
        return {**self.model_dump(), **self.said()}


class ChannelChange(_Change):
    name: Name | None = None
    url: Url | None = None
    topic: Topic | None = None
    length: Length | None = None
    enabled: bool | None = None


class ChannelOut(BaseModel):
    channel_id: str
    name: str
    kind: Kind
    topic: str | None
    shown: str = Field(description="where it leads, without anything secret")
    length: Length
    enabled: bool
    created_at: datetime
    last_sent_at: datetime | None
    failing_since: datetime | None
    problem: str | None

    @classmethod
    def of(cls, channel: Channel) -> Self:
        told = {name: getattr(channel, name) for name in cls.model_fields if name != "channel_id"}
        return cls(channel_id=channel.public_id, **told)


class Hours(BaseModel):
    """A weekly span on the site's own clock; an end before the start is the next day."""

    model_config = ConfigDict(extra="forbid")

    weekday: Weekday
    start: LocalTime
    end: LocalTime


class RuleNew(_Given):
    name: Name
    enabled: bool = True
    severity_min: Severity = "warning"
    categories: Annotated[list[Category], Field(max_length=9)] = Field(
        default=[], description="none: all; so with sites, types and tags"
    )
    site_ids: Ids = []
    types: Words = []
    tags: Words = []
    hours: Annotated[list[Hours], Field(max_length=50)] = Field(
        default=[], description="outside of them a message is held until they begin; none: always"
    )
    opening: Opening = Field(
        default="always", description="open: only while the site is open; closed: only while not"
    )
    during_maintenance: bool = Field(
        default=False, description="false: held until the site's maintenance window is over"
    )
    channel_ids: Ids = []
    escalate_after_min: Minutes | None = Field(
        default=None, description="if nobody has confirmed by then, others are told too"
    )
    escalate_channel_ids: Ids = []
    digest: Digest = "none"
    digest_at: Annotated[LocalTime, StringConstraints(pattern=r"^\d\d:\d\d$")] = Field(
        default="08:00", description="of a daily digest, on the clock of `timezone`"
    )
    timezone: Timezone = "UTC"
    tells_over: bool = Field(default=True, description="who was told is told when it is over")

    def values(self) -> dict[str, Any]:
        return self.model_dump()


class RuleChange(_Change):
    name: Name | None = None
    enabled: bool | None = None
    severity_min: Severity | None = None
    categories: Annotated[list[Category], Field(max_length=8)] | None = None
    site_ids: Ids | None = None
    types: Words | None = None
    tags: Words | None = None
    hours: Annotated[list[Hours], Field(max_length=50)] | None = None
    opening: Opening | None = None
    during_maintenance: bool | None = None
    channel_ids: Ids | None = None
    escalate_after_min: Minutes | None = None
    escalate_channel_ids: Ids | None = None
    digest: Digest | None = None
    digest_at: LocalTime | None = None
    timezone: Timezone | None = None
    tells_over: bool | None = None


class RuleOut(BaseModel):
    rule_id: str
    name: str
    enabled: bool
    severity_min: Severity
    categories: list[str]
    site_ids: list[str]
    types: list[str]
    tags: list[str]
    hours: list[Hours]
    opening: Opening
    during_maintenance: bool
    channel_ids: list[str]
    escalate_after_min: int | None
    escalate_channel_ids: list[str]
    digest: Digest
    digest_at: str
    timezone: str
    tells_over: bool
    created_at: datetime

    @classmethod
    def of(cls, rule: RuleRow) -> Self:
        told = {name: getattr(rule, name) for name in cls.model_fields if name != "rule_id"}
        return cls(rule_id=rule.public_id, **told)


class SilenceNew(_Given):
    """All that is given must fit."""

    device_id: Name | None = Field(default=None, description="its id; or its name, if one has it")
    site_id: Name | None = Field(default=None, description="its id; or its name, if one has it")
    type: Name | None = Field(default=None, description="of devices: its name or label")
    tag: Name | None = None
    category: Category | None = None
    for_min: Annotated[int, Field(ge=1, le=_SILENCE_MAX_DAYS * 24 * 60)] = Field(
        description="how long, in minutes"
    )
    reason: Line = None

    @model_validator(mode="after")
    def _of_something(self) -> Self:
        if all(getattr(self, name) is None for name in _SILENCE_FIELDS):
            raise ValueError("say what is to be silent: device_id, site_id, type, tag or category")
        return self


class SilenceOut(BaseModel):
    silence_id: str
    device_id: str | None
    site_id: str | None
    type: str | None
    tag: str | None
    category: str | None
    reason: str | None
    created_by: str
    created_at: datetime
    until: datetime
    ended_by: str | None

    @classmethod
    def of(cls, silence: SilenceRow) -> Self:
        told = {name: getattr(silence, name) for name in cls.model_fields if name != "silence_id"}
        return cls(silence_id=silence.public_id, **told)


class SilenceQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    past: bool = Field(default=False, description="those that are over too, the newest first")


class TestOut(BaseModel):
    delivery_id: str = Field(description="GET /api/alerts/deliveries says what became of it")


class Attempt(BaseModel):
    number: int
    started_at: datetime
    ended_at: datetime | None
    result: Literal["sent", "failed", "unknown"] | None
    problem: str | None


class DeliveryOut(BaseModel):
    delivery_id: str
    channel_id: str
    channel_name: str
    kind: Literal["alert", "digest", "test", "report"]
    state: DeliveryState
    created_at: datetime
    due_at: datetime
    ended_at: datetime | None
    attempts: int
    problem: str | None
    title: str | None = Field(description="none before it was first tried")
    incident_ids: list[str]
    log: list[Attempt]

    @classmethod
    def of(cls, one: Delivery) -> Self:
        told = {name: getattr(one, name) for name in cls.model_fields if name != "delivery_id"}
        return cls(delivery_id=one.public_id, **told)


class DeliveryPageOut(BaseModel):
    items: list[DeliveryOut]
    next_cursor: str | None

    @classmethod
    def of(cls, found: DeliveryPage) -> Self:
        items = [DeliveryOut.of(one) for one in found.items]
        return cls(items=items, next_cursor=found.next_cursor)


class DeliveryListQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    channel_id: PublicId | None = None
    incident_id: PublicId | None = None
    state: DeliveryState | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, Field(max_length=4_000)] | None = None


class DecisionOut(BaseModel):
    incident_id: str
    at: datetime
    what: str
    outcome: str

    @classmethod
    def of(cls, one: Decision) -> Self:
        return cls(**vars(one))


class DecisionQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    incident_id: PublicId | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
