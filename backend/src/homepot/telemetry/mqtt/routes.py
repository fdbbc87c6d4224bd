"""HTTP of MQTT: how the subscriber is."""

from typing import Annotated

from fastapi import APIRouter, Request

from homepot.access.guard import Caller, allow, process_of
from homepot.access.permissions import Permission
from homepot.core.http.problems import documented
from homepot.telemetry.mqtt.schemas import MqttOut
from homepot.telemetry.mqtt.status import Status
from homepot.telemetry.mqtt.subscriber import Subscriber

router = APIRouter(tags=["telemetry"])


@router.get("/api/telemetry/mqtt", responses=documented(401, 403))
async def read_mqtt(
    request: Request, caller: Annotated[Caller, allow(Permission.FLEET_READ)]
) -> MqttOut:
    """Whether messages come by MQTT, and the last ones that could not be taken and why."""
    status = process_of(request).part(Subscriber).status
    is_theirs = status.tenant_id in (None, caller.tenant_id)
    return MqttOut.of(status if is_theirs else Status())
