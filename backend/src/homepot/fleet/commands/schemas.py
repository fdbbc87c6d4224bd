"""Wire shapes of commands and permissions, as people meet them."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from homepot.fleet.commands.service import Command, Permissions
from homepot.fleet.documents import Object

Status = Literal["pending", "sent", "completed", "failed", "expired"]


class CommandNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    command_type: Annotated[str, Field(min_length=1, max_length=64)] = Field(
        description="ping, health_check, request_permission, restart, restart_pos_app,"
        " run_command, run_script, shutdown, status_request, update_config or"
        " update_pos_payment_config"
    )
    payload: Object | None = None


class CommandOut(BaseModel):
    command_id: str
    command_type: str
    payload: dict[str, Any] | None
    status: Status
    issued_by: str
    created_at: datetime
    expires_at: datetime
    sent_at: datetime | None
    finished_at: datetime | None
    executed_at: datetime | None = Field(description="by the device's own clock")
    result: Any

    @classmethod
    def of(cls, command: Command, now: datetime) -> Self:
        """As it is at this moment, whether or not the sweep has been round."""
        told = {name: getattr(command, name) for name in cls.model_fields if name != "command_id"}
        status = command.life.at(now)
        if status == "expired" and command.status != "expired":
            told |= {"status": status, "finished_at": command.expires_at}
        return cls(command_id=command.public_id, **told)


class CommandPageOut(BaseModel):
    items: list[CommandOut]
    next_cursor: str | None


class CommandListQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, Field(max_length=4_000)] | None = None


class Grants(BaseModel):
    """What is not named stays as it is."""

    model_config = ConfigDict(extra="forbid")

    contact: bool | None = None
    root_access: bool | None = None
    command_execution: bool | None = None
    process_monitoring: bool | None = None
    filesystem_access: bool | None = None
    network_monitoring: bool | None = None

    def said(self) -> dict[str, bool]:
        return self.model_dump(exclude_none=True)


class PermissionsChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    permissions: Grants


class Granted(BaseModel):
    contact: bool = Field(description="ping, status_request and request_permission")
    root_access: bool = Field(description="restart, shutdown, and anything run as root")
    command_execution: bool = Field(
        description="run_command, run_script, health_check, restart_pos_app"
    )
    process_monitoring: bool
    filesystem_access: bool = Field(description="update_config, update_pos_payment_config")
    network_monitoring: bool


class PermissionsOut(BaseModel):
    device_id: str
    permissions: Granted
    wanted: list[str] = Field(description="what the device asked for and has not been given")

    @classmethod
    def of(cls, device_id: str, found: Permissions) -> Self:
        return cls(device_id=device_id, permissions=Granted(**found.granted), wanted=found.wanted)
