"""What an agent says its device is, after it has come in."""

from collections.abc import Mapping
from typing import Any

from homepot.access import audit
from homepot.fleet.devices import service as devices
from homepot.fleet.devices.service import Device
from homepot.fleet.enrolment.speaker import Speaker
from homepot.fleet.types import service as types

_PROVENANCE = {"physical": "real", "emulator": "simulated", "simulation": "simulated"}


async def learn(
    speaker: Speaker,
    *,
    facts: Mapping[str, Any],
    name: str | None,
    type_: str | None,
    source: str | None,
) -> Device:
    """Keep the facts. A name or type is taken only where there is none yet: the owner's word
    stands. A provenance that contradicts the enrolment changes nothing and is written down."""
    tx = speaker.caller.tx
    device = await devices.find_for_change(tx, speaker.device_id)
    learned = dict(facts)
    if name is not None and device.name == device.public_id:
        learned["name"] = name
    if type_ is not None and device.type == types.UNKNOWN_TYPE:
        learned["type"] = await types.type_or_unknown(tx, type_)
    said = _PROVENANCE.get(source or "")
    kept = await devices.learn(tx, device, learned)
    if said is not None and device.provenance != said:
        await _note_contradiction(speaker, device, source)
    return kept


async def _note_contradiction(speaker: Speaker, device: Device, source: str | None) -> None:
    await audit.record(
        speaker.caller,
        action="device.provenance_contradicted",
        object_=f"device:{device.public_id}",
        details={"provenance": device.provenance, "device_source": source},
    )
