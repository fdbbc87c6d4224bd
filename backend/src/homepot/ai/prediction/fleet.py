"""Use cases over all devices: what is ahead of the fleet, and what a person plans."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homepot.access import audit
from homepot.access.caller import Caller
from homepot.ai.prediction import failing, forewarning, store
from homepot.ai.prediction.records import (
    Coverage,
    Failing,
    Forewarning,
    OfType,
    Prediction,
    Reached,
    Term,
)
from homepot.core.database import Connection
from homepot.core.errors import NotFound
from homepot.core.ids import new_public_id
from homepot.fleet.devices import service as devices
from homepot.fleet.sites import service as sites

FORESEEN_MAX = 2_000
REACHED_MAX = 200
# What is less likely than this within the time asked for is only counted.
LIKELY = 0.1
# Somebody's own words, so nobody worked a cost out.
NO_COST = "Planned by a person; nothing was worked out."


@dataclass(frozen=True)
class Ahead:
    foreseen: Sequence[Prediction]
    reached: Sequence[Reached]
    coverage: Coverage
    failing: Sequence[Failing] = ()
    over: Sequence[Forewarning] = ()
    types: Sequence[OfType] = ()


async def ahead(tx: Connection, site_id: str | None) -> Ahead:
    """What is open of the whole tenant, or of one site."""
    if site_id is not None:
        await sites.find(tx, site_id)
    coverage = await store.coverage(tx, site_id)
    looked_at = coverage.looked_at
    return Ahead(
        await store.ahead(tx, site_id, FORESEEN_MAX),
        await store.reached(tx, site_id, REACHED_MAX),
        coverage,
        await failing.ahead(tx, site_id, LIKELY),
        await forewarning.over(tx, site_id, looked_at) if looked_at else [],
        await failing.types(tx, site_id),
    )


async def plan_term(caller: Caller, device_id: str, values: dict[str, Any], now: datetime) -> Term:
    """A line that a person writes into the schedule."""
    device = await devices.find(caller.tx, device_id)
    if device.archived_at is not None:
        raise NotFound(f"The device {device_id!r} is archived; nothing is planned for it.")
    term_id = new_public_id("TERM", 3)
    line = {"public_id": term_id, "device_id": device.id, "prediction_id": None, **values}
    line |= {"cost": None, "currency": None, "cost_why": NO_COST}
    note, by = line.pop("note"), caller.actor.name
    await store.plan(caller.tx, caller.tenant_id, [line], now)
    said = {"state": None, "note": note, "due_at": None, "now": now, "by": by}
    await store.change_term(caller.tx, term_id, said)
    term = await store.term(caller.tx, term_id)
    assert term is not None
    details = {"device": device_id, "what": values["what"]}
    await audit.record(
        caller, action="maintenance.planned", object_=f"term:{term_id}", details=details
    )
    return term
