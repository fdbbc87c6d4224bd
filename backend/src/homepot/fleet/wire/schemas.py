"""Bodies and answers of the wire. Fields nobody listed are welcome; see each body's `extra`."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from homepot.fleet.commands.schemas import Granted, Status
from homepot.fleet.commands.service import Command, Permissions
from homepot.fleet.devices.lifecycle import Lifecycle
from homepot.fleet.documents import Document, Object, Page, Sentence, Word, document, storable
from homepot.fleet.fields import Line, without_control
from homepot.fleet.moments import Moment

Connectivity = Literal["unknown", "online", "offline"]
Health = Literal["healthy", "warning", "critical", "maintenance", "unknown"]


def _type_name(text: str) -> str:
    """Agents write types in several ways; which of them are known is decided elsewhere."""
    return text.strip().lower().replace(" ", "_").replace("-", "_")


def _blank_is_nothing(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


DeviceId = Annotated[str, Field(min_length=1, max_length=200)]
Secret = Annotated[str, Field(min_length=1, max_length=200)]
TypeName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64),
    AfterValidator(_type_name),
    AfterValidator(without_control),
]
_Name = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(without_control)
]
DeviceName = Annotated[_Name | None, BeforeValidator(_blank_is_nothing)]
Priority = Annotated[str, StringConstraints(min_length=1, max_length=32), AfterValidator(storable)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="allow")

    @model_validator(mode="after")
    def _keepable(self) -> Self:
        document(self.extra)
        return self

    @property
    def extra(self) -> dict[str, Any]:
        """What came besides; kept where it is of use."""
        return dict(self.model_extra or {})


class BootstrapProvision(_Body):
    site_id: Annotated[str, Field(min_length=1, max_length=64)]
    bootstrap_key: Secret
    device_name: DeviceName = None
    device_type: TypeName = "pos_terminal"
    os_details: Line = None
    provisioning_source: Literal["physical", "emulator"] | None = "physical"


class Provisioned(BaseModel):
    device_id: str
    api_key: str
    site_id: str
    created_at: datetime
    epoch_id: str


class Claim(_Body):
    claim_token: Secret
    device_name: DeviceName = None
    device_type: TypeName | None = None
    os_details: Line = None
    expected_device_identity: Line = None


class Claimed(BaseModel):
    message: str
    device_id: str
    api_key: str
    site_id: str
    epoch_id: str


class DeviceDna(_Body):
    device_id: DeviceId
    mac_address: Line = None
    os_details: Line = None
    local_ip: Line = None
    wan_ip: Line = None
    firmware_version: Line = None
    peripherals: Document = None
    site_id: Annotated[str, Field(max_length=200)] | None = None
    device_name: DeviceName = None
    device_type: TypeName | None = None
    device_source: Literal["physical", "emulator", "simulation"] | None = None
    device_token: Annotated[str, Field(max_length=4_096)] | None = None


class DnaKept(BaseModel):
    device_id: str
    site_id: str
    lifecycle_state: Lifecycle
    mac_address: str | None
    os_details: str | None
    local_ip: str | None
    wan_ip: str | None
    peripherals: Any
    created: bool


class Heartbeat(_Body):
    device_id: DeviceId
    timestamp: Moment | None = None
    status: Annotated[str, Field(max_length=64)] | None = None
    site_id: Annotated[str, Field(max_length=200)] | None = None


class HeartbeatKept(BaseModel):
    device_id: str
    last_heartbeat_at: datetime


class DeviceStatus(BaseModel):
    device_id: str
    lifecycle_state: Lifecycle
    connectivity_state: Connectivity
    health_state: Health
    last_heartbeat_at: datetime | None


class LogLine(_Body):
    device_id: DeviceId
    level: Word = "info"
    message: Page
    category: Word = "device"
    timestamp: Moment | None = None
    context: Object | None = None


class AuditEntry(_Body):
    device_id: DeviceId
    event_type: Word
    description: Page
    timestamp: Moment | None = None
    metadata: Object | None = None


class Alert(_Body):
    device_id: DeviceId
    title: Sentence
    description: Page | None = None
    severity: Word = "warning"
    category: Word = "network"
    timestamp: Moment | None = None


class EventKept(BaseModel):
    device_id: str
    timestamp: datetime
    duplicate: bool = Field(description="it had been stored before")


class JobStart(_Body):
    device_id: DeviceId
    action: Sentence
    description: Page | None = None
    priority: Priority = "normal"
    payload: Object | None = None


class JobUpdate(_Body):
    device_id: DeviceId
    status: Word
    result: Document = None
    error_message: Page | None = None


class JobKept(BaseModel):
    device_id: str
    job_id: str
    status: Literal["pending", "running", "completed", "failed", "cancelled"]


class ConfigChange(_Body):
    device_id: DeviceId
    action: Sentence
    parameter_name: Sentence
    old_value: Document = None
    new_value: Document = None
    success: bool = True
    performance_before: Document = None
    performance_after: Document = None
    was_rolled_back: bool = False
    timestamp: Moment | None = None


class WaitingCommand(BaseModel):
    command_id: str
    command_type: str
    payload: dict[str, Any] | None
    status: Status
    created_at: datetime

    @classmethod
    def of(cls, command: Command) -> Self:
        told = {name: getattr(command, name) for name in cls.model_fields if name != "command_id"}
        return cls(command_id=command.public_id, **told)


class CommandReport(_Body):
    status: Status
    result: Any = None
    executed_at: Moment | None = None


class PermissionsWanted(BaseModel):
    """`false` withdraws; `true` only asks the owner. What is not named stays as it is."""

    root_access: bool | None = None
    command_execution: bool | None = None
    process_monitoring: bool | None = None
    filesystem_access: bool | None = None
    network_monitoring: bool | None = None
    contact: bool | None = None


class PermissionsPatch(_Body):
    permissions: PermissionsWanted

    def said(self) -> dict[str, bool]:
        return self.permissions.model_dump(exclude_none=True)


class OwnPermissions(BaseModel):
    device_id: str
    permissions: Granted
    wanted: list[str] = Field(description="asked for, and not granted by the owner so far")

    @classmethod
    def of(cls, device_id: str, found: Permissions) -> Self:
        return cls(device_id=device_id, permissions=Granted(**found.granted), wanted=found.wanted)
