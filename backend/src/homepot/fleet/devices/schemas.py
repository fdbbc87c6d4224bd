"""Wire shapes of devices."""

from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from homepot.fleet.devices.lifecycle import Lifecycle
from homepot.fleet.devices.listing import CHOICES_MAX, LIMIT_MAX, Filters, Sort
from homepot.fleet.devices.store import Device
from homepot.fleet.devices.words import Connectivity, Health, Provenance
from homepot.fleet.fields import Line, Name, PublicId, Query, without_control
from homepot.fleet.text import search_terms

TAGS_MAX = 32

TypeName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Tag = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=50),
    AfterValidator(without_control),
]


def _tags_once(tags: list[str]) -> list[str]:
    return list(dict.fromkeys(tags))


Tags = Annotated[list[Tag], Field(max_length=TAGS_MAX), AfterValidator(_tags_once)]


class _Described(BaseModel):
    model_config = ConfigDict(extra="forbid")

    location: Line = None
    firmware: Line = None
    serial: Line = None
    installed_on: date | None = None
    warranty_until: date | None = None
    tags: Tags = []


class DeviceNew(_Described):
    """A device to come. Its provenance is fixed from here on."""

    device_id: PublicId | None = None
    name: Name
    type: TypeName
    site_id: PublicId
    provenance: Provenance = "real"

    def values(self) -> dict[str, Any]:
        return self.model_dump(exclude={"device_id", "site_id", "provenance"})


# What a device has and this address does not change, and where it is changed.
_ELSEWHERE = {
    "device_id": "the id of a device never changes",
    "provenance": "provenance is fixed at enrolment",
    "site_id": "a device goes to another site by POST .../transfer",
    "lifecycle": "the lifecycle changes by POST .../suspend, activate, archive or restore",
}


class DeviceChange(_Described):
    """A field that is absent is left as it is; null clears what may be empty."""

    name: Name = ""
    type: TypeName = ""
    version: Annotated[int, Field(ge=1, lt=2**31)] | None = Field(
        default=None, description="the version you changed; 409 if somebody was quicker"
    )

    @model_validator(mode="before")
    @classmethod
    def _changed_elsewhere(cls, given: Any) -> Any:
        for field, why in _ELSEWHERE.items():
            if isinstance(given, dict) and field in given:
                raise ValueError(why)
        return given

    def values(self) -> dict[str, Any]:
        return self.model_dump(exclude_unset=True, exclude={"version"})


class Transfer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    site_id: PublicId


class DeviceOut(BaseModel):
    """A device as lists show it."""

    model_config = ConfigDict(from_attributes=True)

    device_id: str = Field(validation_alias="public_id")
    name: str
    type: str
    site_id: str
    site_name: str
    location: str | None
    firmware: str | None
    serial: str | None
    installed_on: date | None
    warranty_until: date | None
    tags: list[str]
    provenance: Provenance
    lifecycle: Lifecycle
    connectivity: Connectivity
    health: Health
    last_seen_at: datetime | None
    silent_after: datetime | None
    os_details: str | None
    created_at: datetime
    archived_at: datetime | None
    version: int


class DeviceDetail(DeviceOut):
    """A device with all that is known of it."""

    site_timezone: str
    mac_address: str | None
    local_ip: str | None
    wan_ip: str | None
    peripherals: Any
    health_reason: str | None
    last_heartbeat_at: datetime | None
    clock_skew_s: float | None = Field(description="how far the device's clock is ahead of ours")
    clock_wrong_since: datetime | None

    @classmethod
    def of(cls, device: Device) -> Self:
        return cls.model_validate(device)


class DevicePage(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    items: list[DeviceOut]
    total: int
    next_cursor: str | None


Several = Field(max_length=CHOICES_MAX)


def _empty_is_nothing(value: Any) -> Any:
    """An empty `archived=` of a form means: not said."""
    return None if value == "" else value


class DeviceListQuery(BaseModel):
    """What the list may be asked; a filter given twice means either."""

    model_config = ConfigDict(extra="forbid")

    site_id: Annotated[list[PublicId], Several] = []
    type: Annotated[list[TypeName], Several] = []
    lifecycle: Annotated[list[Lifecycle], Several] = []
    connectivity: Annotated[list[Connectivity], Several] = []
    provenance: Annotated[list[Provenance], Several] = []
    tag: Annotated[list[Tag], Several] = Field(default=[], description="all of these")
    q: Query = Field(default="", description="words of the name, id, location or serial number")
    archived: Annotated[bool | None, BeforeValidator(_empty_is_nothing)] = Field(
        default=None, description="only archived ones, or none; unpaired ones include them"
    )
    sort: Sort = Sort.NAME
    limit: int = Field(default=50, ge=1, le=LIMIT_MAX)
    cursor: str | None = Field(default=None, max_length=4_000)

    def filters(self) -> Filters:
        return Filters(
            site_ids=self.site_id,
            types=self.type,
            lifecycles=[str(one) for one in self.lifecycle],
            connectivities=self.connectivity,
            provenances=self.provenance,
            tags=self.tag,
            terms=search_terms(self.q),
            archived=self.archived,
        )
