"""What users look like on the wire."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, model_validator

from homepot.access.fields import Name, Username
from homepot.access.permissions import Role


class NewUser(BaseModel):
    model_config = ConfigDict(extra="forbid")

    username: Username
    name: Name | None = None
    role: Role


class UserPatch(BaseModel):
    """Only what is named is changed."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    role: Role | None = None
    active: bool | None = None

    @model_validator(mode="after")
    def _something(self) -> "UserPatch":
        if self.name is None and self.role is None and self.active is None:
            raise ValueError("name at least one of: name, role, active")
        return self


class UserView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    username: str
    name: str
    role: Role
    active: bool
    must_change_password: bool
    last_sign_in_at: datetime | None
    created_at: datetime


class UserPage(BaseModel):
    items: list[UserView]
    total: int
    next_cursor: str | None


class AddedUser(BaseModel):
    user: UserView
    one_time_password: str


class ResetPassword(BaseModel):
    one_time_password: str
