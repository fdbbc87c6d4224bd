"""Wire shapes of enrolment."""

from datetime import datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from homepot.fleet.enrolment.service import (
    INTENT_LIFE,
    ROTATION_GRACE,
    BootstrapKey,
    Intent,
    NewIntent,
    Rotated,
)
from homepot.fleet.fields import Line, PublicId

_HOUR_S = 3600
_DAY_S = 24 * _HOUR_S


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())


class BootstrapKeyNew(BaseModel):
    """Both limits are optional: without them the key lives until it is revoked."""

    model_config = ConfigDict(extra="forbid")

    label: Line = None
    expires_in_s: Annotated[int, Field(ge=60, le=3660 * _DAY_S)] | None = None
    uses_max: Annotated[int, Field(ge=1, le=1_000_000)] | None = None

    @property
    def life(self) -> timedelta | None:
        return timedelta(seconds=self.expires_in_s) if self.expires_in_s else None


class BootstrapKeyOut(BaseModel):
    id: int
    label: str | None
    uses: int
    uses_max: int | None
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, key: BootstrapKey) -> Self:
        return cls(**vars(key))


class BootstrapKeyMade(BootstrapKeyOut):
    """The key itself is shown this once and kept nowhere."""

    bootstrap_key: str

    @classmethod
    def made(cls, key: BootstrapKey, secret: str) -> Self:
        return cls(**vars(key), bootstrap_key=secret)


class BootstrapKeyList(BaseModel):
    items: list[BootstrapKeyOut]
    total: int


class IntentNew(BaseModel):
    """Name, type and identity are optional; where given, they hold against what the device says."""

    model_config = ConfigDict(extra="forbid")

    site_id: PublicId
    device_name: Line = None
    device_type: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")] | None = None
    expected_device_identity: Line = None
    provenance: Literal["real", "simulated"] = "real"
    expires_in_s: Annotated[int, Field(ge=60, le=30 * _DAY_S)] = _seconds(INTENT_LIFE)

    def new(self) -> NewIntent:
        return NewIntent(
            site_id=self.site_id,
            device_name=self.device_name,
            device_type=self.device_type,
            expected_device_identity=self.expected_device_identity,
            provenance=self.provenance,
            life=timedelta(seconds=self.expires_in_s),
        )


class IntentOut(BaseModel):
    intent_id: str
    site_id: str
    device_name: str | None
    device_type: str | None
    expected_device_identity: str | None
    provenance: Literal["real", "simulated"]
    created_by: str
    created_at: datetime
    expires_at: datetime
    claimed_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, intent: Intent) -> Self:
        return cls.model_validate(_told(intent))


class IntentMade(IntentOut):
    """The claim token is shown this once and kept nowhere."""

    claim_token: str

    @classmethod
    def made(cls, intent: Intent, token: str) -> Self:
        return cls.model_validate({**_told(intent), "claim_token": token})


class IntentList(BaseModel):
    items: list[IntentOut]
    total: int


def _told(intent: Intent) -> dict[str, object]:
    told = {**vars(intent), "intent_id": intent.public_id, "site_id": intent.site_public_id}
    return {name: told[name] for name in IntentOut.model_fields}


class Rotation(BaseModel):
    model_config = ConfigDict(extra="forbid")

    grace_s: Annotated[int, Field(ge=0, le=7 * _DAY_S)] = Field(
        default=_seconds(ROTATION_GRACE),
        description="for how long the keys there are still open the door",
    )


class RotatedOut(BaseModel):
    """The key itself is shown this once and kept nowhere."""

    device_id: str
    api_key: str
    old_keys_end_at: datetime

    @classmethod
    def of(cls, rotated: Rotated) -> Self:
        return cls(
            device_id=rotated.device.public_id,
            api_key=rotated.api_key,
            old_keys_end_at=rotated.old_keys_end_at,
        )


class RevokedOut(BaseModel):
    device_id: str
    keys_revoked: int
