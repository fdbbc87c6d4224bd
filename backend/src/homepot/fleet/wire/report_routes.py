"""The wire, while at work: what a device says of itself, and how the server sees it."""

from typing import Annotated

from fastapi import APIRouter

from homepot.core.http.problems import documented
from homepot.fleet.connectivity import service as connectivity
from homepot.fleet.devices.lifecycle import Lifecycle
from homepot.fleet.enrolment import arrival
from homepot.fleet.enrolment.guard import Speaker, device
from homepot.fleet.events import service as events
from homepot.fleet.events.service import Said
from homepot.fleet.fields import PublicId
from homepot.fleet.wire.replies import Reply
from homepot.fleet.wire.schemas import (
    Alert,
    AuditEntry,
    ConfigChange,
    DeviceDna,
    DeviceStatus,
    DnaKept,
    EventKept,
    Heartbeat,
    HeartbeatKept,
    JobKept,
    JobStart,
    JobUpdate,
    LogLine,
)

router = APIRouter(prefix="/api/v1/agent", tags=["wire"])

Device = Annotated[Speaker, device()]
_READING = documented(401, 403, 422, 429)
_TELLING = documented(401, 403, 413, 422, 429)
_TELLING_OF_ONE = documented(401, 403, 404, 413, 422, 429)


@router.post("/device-dna", responses=_TELLING)
async def tell_dna(speaker: Device, body: DeviceDna) -> Reply[DnaKept]:
    """What a device is made of. Its name, type, site and provenance are its owner's to say."""
    speaker.speaks_for(body.device_id)
    facts = {
        "mac_address": body.mac_address,
        "os_details": body.os_details,
        "local_ip": body.local_ip,
        "wan_ip": body.wan_ip,
        "firmware": body.firmware_version,
        "peripherals": body.peripherals,
    }
    # Before what may write to the audit log: its end is the last thing a request holds.
    await speaker.heard()
    kept = await arrival.learn(
        speaker,
        facts={name: value for name, value in facts.items() if value is not None},
        name=body.device_name,
        type_=body.device_type,
        source=body.device_source,
    )
    data = DnaKept(
        device_id=kept.public_id,
        site_id=kept.site_id,
        lifecycle_state=Lifecycle(kept.lifecycle),
        mac_address=kept.mac_address,
        os_details=kept.os_details,
        local_ip=kept.local_ip,
        wan_ip=kept.wan_ip,
        peripherals=kept.peripherals,
        created=False,
    )
    return Reply(message="Device described", data=data)


@router.post("/heartbeat", responses=_TELLING)
async def beat(speaker: Device, body: Heartbeat) -> Reply[HeartbeatKept]:
    """The device is there. What counts is when the server received this."""
    speaker.speaks_for(body.device_id)
    turn = await speaker.heard(heartbeat=True, said=body.timestamp)
    if turn:
        await events.notice_clock(
            speaker.caller.tx,
            speaker.caller.tenant_id,
            speaker.device_row,
            speaker.device_id,
            turn,
            speaker.at,
        )
    data = HeartbeatKept(device_id=speaker.device_id, last_heartbeat_at=speaker.at)
    return Reply(message="Heartbeat received", data=data)


@router.get("/{device_id}/status", responses=_READING)
async def get_status(speaker: Device, device_id: PublicId) -> Reply[DeviceStatus]:
    """How the server sees the device."""
    state = await connectivity.state(speaker.caller.tx, speaker.device_row)
    data = DeviceStatus(
        device_id=device_id,
        lifecycle_state=Lifecycle.ACTIVE,
        connectivity_state=state.at(speaker.at),
        health_state=state.health,
        last_heartbeat_at=state.last_heartbeat_at,
    )
    return Reply(message="Device status", data=data)


@router.post("/logs", responses=_TELLING)
async def tell_log(speaker: Device, body: LogLine) -> Reply[EventKept]:
    """One log line."""
    speaker.speaks_for(body.device_id)
    details = {**body.extra, **({"context": body.context} if body.context else {})}
    first, _, _ = body.message.strip().partition("\n")
    said = Said(
        "log", body.level, body.category, first[:500], body.message, details, body.timestamp
    )
    return await _keep(speaker, said, "body.level", "Log line stored")


@router.post("/audit", responses=_TELLING)
async def tell_audit(speaker: Device, body: AuditEntry) -> Reply[EventKept]:
    """Something that was done at the device."""
    speaker.speaks_for(body.device_id)
    details = {**body.extra, **({"metadata": body.metadata} if body.metadata else {})}
    said = Said(
        "audit", "info", "audit", body.event_type, body.description, details, body.timestamp
    )
    return await _keep(speaker, said, "body", "Audit entry stored")


@router.post("/alert", responses=_TELLING)
async def tell_alert(speaker: Device, body: Alert) -> Reply[EventKept]:
    """Something the device itself finds wrong."""
    speaker.speaks_for(body.device_id)
    said = Said(
        "alert",
        body.severity,
        body.category,
        body.title,
        body.description,
        body.extra,
        body.timestamp,
    )
    return await _keep(speaker, said, "body.severity", "Alert stored")


async def _keep(speaker: Speaker, said: Said, where: str, message: str) -> Reply[EventKept]:
    new = await events.record(speaker, said, where)
    await speaker.heard()
    data = EventKept(
        device_id=speaker.device_id, timestamp=said.at or speaker.at, duplicate=not new
    )
    return Reply(message=message if new else f"{message} before", data=data)


@router.post("/jobs", responses=_TELLING)
async def tell_job(speaker: Device, body: JobStart) -> Reply[JobKept]:
    """The device is about to do something by itself."""
    speaker.speaks_for(body.device_id)
    values = body.model_dump(include={"action", "description", "priority", "payload"})
    job_id = await events.start_job(speaker, values)
    await speaker.heard()
    data = JobKept(device_id=speaker.device_id, job_id=job_id, status="pending")
    return Reply(message="Job stored", data=data)


@router.put("/jobs/{job_id}", responses=_TELLING_OF_ONE)
async def tell_job_status(speaker: Device, job_id: PublicId, body: JobUpdate) -> Reply[JobKept]:
    """How that goes."""
    speaker.speaks_for(body.device_id)
    job = await events.report_job(speaker, job_id, body.status, body.result, body.error_message)
    await speaker.heard()
    data = JobKept(device_id=speaker.device_id, job_id=job_id, status=job.status)
    return Reply(message="Job updated", data=data)


@router.post("/config-history", responses=_TELLING)
async def tell_config_change(speaker: Device, body: ConfigChange) -> Reply[EventKept]:
    """A change of the device's configuration."""
    speaker.speaks_for(body.device_id)
    values = body.model_dump(exclude={"device_id", "timestamp", *body.extra})
    new = await events.record_change(speaker, body.timestamp, {**values, "details": body.extra})
    await speaker.heard()
    data = EventKept(
        device_id=speaker.device_id, timestamp=body.timestamp or speaker.at, duplicate=not new
    )
    return Reply(message="Change of configuration stored", data=data)
