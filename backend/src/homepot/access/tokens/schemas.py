"""What API tokens look like on the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from homepot.access.fields import Name
from homepot.access.permissions import Permission

EXPIRES_IN_DAYS_DEFAULT = 90


class NewToken(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name
    scopes: Annotated[list[Permission], Field(min_length=1, max_length=len(Permission))]
    expires_in_days: Annotated[int, Field(ge=1, le=3660)] = EXPIRES_IN_DAYS_DEFAULT


class TokenView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    public_part: str
    username: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


class TokenPage(BaseModel):
    items: list[TokenView]
    total: int
    next_cursor: str | None


class AddedToken(BaseModel):
    id: int
    token: str
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
