"""Who may send batches: a collector with its token, or a device with its key for itself."""

from dataclasses import dataclass
from typing import Any

from fastapi import Depends, Request

from homepot.access.guard import identify
from homepot.access.marks import Mark, marked
from homepot.access.permissions import Permission
from homepot.fleet.enrolment.guard import recognised

_MARK = Mark("either", Permission.TELEMETRY_WRITE)


@dataclass(frozen=True)
class Sender:
    """Who sends; `own_device` where that is one device, which then speaks only for itself."""

    tenant_id: int
    name: str
    own_device: str = ""


@marked(_MARK)
async def _sender(request: Request) -> Sender:
    """No transaction is held while readings wait to be stored: the writer has its own."""
    device = await recognised(request)
    if device is not None:
        return Sender(device.tenant_id, f"device:{device.device_id}", device.public_id)
    identity = await identify(request, _MARK)
    return Sender(identity.tenant_id, f"{identity.actor.kind}:{identity.actor.id}")


def sender() -> Any:
    return Depends(_sender, scope="function")
