"""What a person is told of themselves."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    id: int
    username: str
    name: str
    role: str
    must_change_password: bool
    tenant_id: int
    tenant_name: str
