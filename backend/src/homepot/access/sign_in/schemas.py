"""What signing in looks like on the wire."""

from pydantic import BaseModel, ConfigDict

from homepot.access.fields import GivenPassword, GivenUsername
from homepot.access.permissions import Permission, Role


class SignIn(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    username: GivenUsername
    password: GivenPassword


class PasswordChange(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    current_password: GivenPassword
    new_password: GivenPassword


class TenantView(BaseModel):
    id: int
    name: str


class MeUser(BaseModel):
    id: int
    username: str
    name: str
    role: Role
    tenant: TenantView
    must_change_password: bool
    permissions: list[Permission]


class Me(BaseModel):
    user: MeUser
    # None for a program with a token: it needs none.
    csrf_token: str | None
