"""Incidents made and followed from what detection wrote; the transaction is the system's.

Groups of signs are made anew each time from all signs of the sites concerned, so it makes no
difference in which order they came; then incidents are brought in line with the groups.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from homepot.ai.anomaly_detection.service import Anomaly
from homepot.ai.incidents import memory_store, store
from homepot.ai.incidents.category import category_of, main_category
from homepot.ai.incidents.fusing import Group, Sign, groups
from homepot.ai.incidents.logic import (
    LIVING,
    closes_after,
    goes_on,
    is_normal,
    is_not_mended,
    returns,
    worst,
)
from homepot.ai.incidents.store import Place, Row, SignRow
from homepot.ai.incidents.words import Told, description_of, title_of
from homepot.core import live
from homepot.core.database import Connection
from homepot.core.ids import new_public_id
from homepot.fleet.text import search_text
from homepot.fleet.types.naming import Names, names_of

WINDOW = timedelta(hours=48)
SYSTEM = {"actor_kind": "system", "actor_name": "HOMEPOT"}
# After which memory is asked what was like it, and after which it is told.
RECALLED_AFTER = frozenset({"opened", "worse", "wider", "joined", "reopened"})
IT_GOES_ON = "It goes on: not mended."
IT_IS_BACK = "It is back: not mended."
REMEMBERED_AFTER = frozenset({"resolved", "corrected", "closed", "normal", "merged", "reopened"})


@dataclass(frozen=True)
class _View:
    """What is needed to bring the incidents of some sites in line."""

    rows: Mapping[int, SignRow]
    fresh: Mapping[int, Anomaly]
    normal: frozenset[int]
    sites: Mapping[int, Place]
    devices: Mapping[int, Place]
    names: Names

    def told(self, row: SignRow) -> Told:
        device = self.devices[row.device_id]
        called = {
            one["name"]: self.names.called(row.tenant_id, device.type, one["name"])
            for one in row.metrics
        }
        return Told(device.name, row.kind, row.started_at, row.metrics, row.ended_at, called)


async def take(tx: Connection, anomalies: Sequence[Anomaly], now: datetime) -> None:
    """What detection has just written, into incidents."""
    if not anomalies:
        return
    site_ids = {one.site_row for one in anomalies}
    await store.hold_sites(tx, site_ids)
    known = {one.id: one for one in await store.signs(tx, site_ids, now - WINDOW)}
    normals = await store.normals(tx, {one.device_id for one in known.values()})
    normal = frozenset(
        one.id
        for one in known.values()
        if is_normal(one.kind, one.metrics, normals.get(one.device_id, ()))
    )
    rows = {k: row for k, row in known.items() if k not in normal or row.incident_id is not None}
    if not rows:
        return
    places = await store.places(
        tx, {row.site_id for row in rows.values()}, {row.device_id for row in rows.values()}
    )
    metrics = {one["name"] for row in rows.values() for one in row.metrics}
    names = await names_of(tx, {row.tenant_id for row in rows.values()}, metrics)
    view = _View(rows, {one.id: one for one in anomalies}, normal, *places, names)
    sizes = await store.devices_of(tx, site_ids)
    for group in groups((_sign(row) for row in rows.values()), sizes):
        if any(sign.id in view.fresh for sign in group.signs):
            await _align(tx, group, view, now)


def _sign(row: SignRow) -> Sign:
    return Sign(
        row.id,
        row.device_id,
        row.site_id,
        category_of(row.kind, row.metrics),
        frozenset(str(one["name"]) for one in row.metrics),
        row.noticed_at,
        row.ended_at,
    )


async def _align(tx: Connection, group: Group, view: _View, now: datetime) -> None:
    rows = [view.rows[sign.id] for sign in group.signs]
    linked = {row.incident_id for row in rows if row.incident_id is not None}
    held = await store.held(tx, linked)
    same = [one for one in held.values() if (one.device_id is None) == (group.device is None)]
    incident = same[0] if same else None
    new = [row for row in rows if incident is None or row.incident_id != incident.id]
    if incident is None:
        incident = await _open(tx, group, rows, view, now)
    if new:
        await store.link(tx, incident.id, new)
    for other in held.values():
        if other.id != incident.id and not await store.linked(tx, other.id):
            await _merge(tx, other, incident, now)
    if same:
        await _follow(tx, incident, group, rows, new, view, now)


def _said(group: Group, rows: Sequence[SignRow], view: _View) -> dict[str, Any]:
    """All that is derived from the signs."""
    site = view.sites[group.site]
    place = site if group.device is None else view.devices[group.device]
    told = [view.told(row) for row in rows]
    ends = [row.ended_at for row in rows]
    ended = max((one for one in ends if one is not None), default=None) if all(ends) else None
    category = max(
        sorted({sign.category for sign in group.signs}),
        key=lambda one: sum(sign.category == one for sign in group.signs),
    )
    severity = worst(row.severity for row in rows)
    if group.device is None:
        severity = "critical"
    elif len({sign.category for sign in group.signs}) > 1:
        category = main_category([(row.kind, row.metrics) for row in rows])
    metrics = sorted({one["name"] for row in rows for one in row.metrics})
    title = title_of(place.name, category, told)
    description = description_of(place.name, site.timezone, told, ended)
    return {
        "category": category,
        "severity": severity,
        "title": title,
        "description": description,
        "search": search_text(title, description, place.public_id, site.name, *metrics),
        "started_at": min(row.started_at for row in rows),
        "ended_at": ended,
    }


async def _open(
    tx: Connection, group: Group, rows: Sequence[SignRow], view: _View, now: datetime
) -> Row:
    values = {
        "tenant_id": rows[0].tenant_id,
        "public_id": new_public_id("INC", 3),
        "site_id": group.site,
        "device_id": group.device,
        "state": "open",
        "opened_at": now,
        "changed_at": now,
        **_said(group, rows, view),
    }
    incident = await store.add(tx, values)
    await tell(tx, incident, "opened", "open", now)
    return incident


async def _merge(tx: Connection, other: Row, into: Row, now: datetime) -> None:
    values = {"state": "merged", "into_id": into.id, "ended_at": now, "changed_at": now}
    await store.change(tx, other.id, values)
    note = f"This is a part of {into.public_id}."
    await tell(tx, other, "merged", "merged", now, note=note)


async def _follow(
    tx: Connection,
    incident: Row,
    group: Group,
    rows: Sequence[SignRow],
    new: Sequence[SignRow],
    view: _View,
    now: datetime,
) -> None:
    """What has become of an incident that was there."""
    said = _said(group, rows, view)
    values = said | {"changed_at": now}
    on = [row for row in rows if row.ended_at is None and (row in new or row.id in view.fresh)]
    is_back = any(
        returns(
            incident.state,  # type: ignore[arg-type]
            is_new=row in new,
            is_back=row.id in view.fresh and view.fresh[row.id].is_back,
            is_normal=row.id in view.normal,
        )
        for row in on
    )
    note: str | None = None
    worked: bool | None = None
    if is_back and incident.state == "resolved":
        note, worked = IT_IS_BACK, False
    elif not is_back and await _was_not_mended(tx, incident, on, view, now):
        is_back, note, worked = True, IT_GOES_ON, False
    what = None
    state = incident.state
    if is_back:
        what, state = "reopened", "open"
        values |= {"state": "open", "reopened": incident.reopened + 1}
        values |= {"resolution": None, "worked": None}
    elif state in LIVING and said["severity"] != incident.severity:
        values["severity"] = worst([said["severity"], incident.severity])
        what = "worse" if values["severity"] != incident.severity else None
    if what is None and new:
        known = {row.device_id for row in rows if row not in new}
        what = "wider" if {row.device_id for row in new} <= known else "joined"
    await store.change(tx, incident.id, values)
    if what is not None:
        severity = values["severity"]
        await tell(tx, incident, what, state, now, severity=severity, note=note, worked=worked)


async def _was_not_mended(
    tx: Connection, incident: Row, on: Sequence[SignRow], view: _View, now: datetime
) -> bool:
    """Whether what goes on of it says more than what was known when somebody resolved it."""
    resolved_at = await store.resolved_at(tx, incident.id) if incident.state == "resolved" else None
    return resolved_at is not None and any(
        is_not_mended(row.metrics, resolved_at, now) for row in on if row.id not in view.normal
    )


async def tell(
    tx: Connection,
    incident: Row,
    what: str,
    state: str,
    now: datetime,
    *,
    note: str | None = None,
    worked: bool | None = None,
    severity: str | None = None,
    actor: Mapping[str, str] = SYSTEM,
) -> None:
    """A row of history, news to the open dashboards, and what memory has to do about it."""
    severity = severity or incident.severity
    await store.note(
        tx,
        {
            "tenant_id": incident.tenant_id,
            "incident_id": incident.id,
            "at": now,
            "what": what,
            "state": state,
            "severity": severity,
            "note": note,
            "worked": worked,
            **actor,
        },
    )
    news = {
        "incident_id": incident.public_id,
        "what": what,
        "state": state,
        "severity": severity,
    }
    await live.announce(tx, incident.tenant_id, "incident.changed", news)
    for errand, after in (("recall", RECALLED_AFTER), ("remember", REMEMBERED_AFTER)):
        if what in after:
            await memory_store.order(tx, incident.tenant_id, incident.id, errand, now)


async def reopen_unmended(tx: Connection, now: datetime) -> int:
    """What somebody resolved and goes on all the same is open again; how many those were."""
    unended = [one for one in await store.unended(tx) if goes_on(one.kind, one.resolved_at, now)]
    normals = await store.normals(tx, {one.device_id for one in unended}) if unended else {}
    lasting = {
        one.incident_id
        for one in unended
        if not is_normal(one.kind, one.metrics, normals.get(one.device_id, ()))
    }
    reopened = 0
    for incident in (await store.held(tx, lasting)).values() if lasting else ():
        values = {"state": "open", "reopened": incident.reopened + 1, "changed_at": now}
        values |= {"resolution": None, "worked": None, "ended_at": None}
        if await store.move(tx, incident.id, ["resolved"], values):
            await tell(tx, incident, "reopened", "open", now, note=IT_GOES_ON, worked=False)
            reopened += 1
    return reopened


async def close_calm(tx: Connection, now: datetime) -> int:
    """What has been usual again for long enough is closed; how many those were."""
    calm = await store.calm(tx)
    closed = 0
    for incident in (await store.held(tx, list(calm))).values() if calm else ():
        after = closes_after(incident.reopened)
        values = {"state": "closed", "ended_at": calm[incident.id], "changed_at": now}
        if calm[incident.id] + after > now:
            continue
        if await store.move(tx, incident.id, LIVING, values):
            await tell(tx, incident, "closed", "closed", now)
            closed += 1
    return closed
