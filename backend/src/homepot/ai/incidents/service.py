"""Use cases of incidents for people and for capabilities above: read, say what became of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from homepot.access import audit
from homepot.access.caller import Caller
from homepot.ai.anomaly_detection import service as detection
from homepot.ai.anomaly_detection.service import Logged
from homepot.ai.device_memory.patterns import Answer, cut
from homepot.ai.device_memory.service import Memory, recalled
from homepot.ai.incidents import following, list_store, measuring, memory_store, store
from homepot.ai.incidents.course import Course, words_of
from homepot.ai.incidents.likeness import INCOMPARABLE, NOT_YET, STILL, resembles, what_now
from homepot.ai.incidents.list_store import Incident, IncidentQuery, Member, Past, Standing
from homepot.ai.incidents.logic import LIVING, Normal, State, WrongState, after, normals_of
from homepot.ai.incidents.teller import Teller, TellingOf
from homepot.core import live
from homepot.core.database import Connection
from homepot.core.errors import BadInput, NotFound
from homepot.core.ids import new_public_id
from homepot.core.wall_clock import WallClock
from homepot.fleet.changes import difference
from homepot.fleet.devices import service as devices
from homepot.fleet.paging import Key, list_mark, make_cursor, read_cursor
from homepot.fleet.text import search_text
from homepot.telemetry.reading.service import Kept

__all__ = [
    "Course",
    "Coursing",
    "Given",
    "Incident",
    "IncidentPage",
    "IncidentQuery",
    "Likeness",
    "Member",
    "Past",
    "Standing",
    "Story",
    "Teller",
    "TellingOf",
    "confirm",
    "correct",
    "course",
    "find",
    "is_normal",
    "likenesses",
    "normals",
    "note",
    "page",
    "record",
    "remove",
    "reopen",
    "resolve",
    "standing",
    "story",
    "urgent",
    "what_now",
]


@dataclass(frozen=True)
class IncidentPage:
    items: Sequence[Incident]
    next_cursor: str | None


@dataclass(frozen=True)
class Likeness:
    """Which past incidents it resembles, as far as they are remembered still."""

    at: datetime
    answer: Answer
    # in one sentence
    words: str


@dataclass(frozen=True)
class Story:
    """An incident with all that is known of it."""

    incident: Incident
    members: Sequence[Member]
    # in the order in which they began
    anomalies: Sequence[Logged]
    history: Sequence[Past]
    # None while it has not been looked for
    likeness: Likeness | None
    what_now: str
    # None where nothing here tells anybody
    told: TellingOf | None
    course: "Coursing"


@dataclass(frozen=True)
class Coursing:
    """What became of each metric that deviated, and that in sentences."""

    words: str
    metrics: Sequence[Course]


@dataclass(frozen=True)
class Given:
    """An incident that was recorded elsewhere, before."""

    given_id: str
    device_id: str
    category: str
    severity: str
    started_at: datetime
    ended_at: datetime | None
    description: str
    resolution: str | None
    worked: bool | None


# -- reading ----------------------------------------------------------------------------------


async def page(tx: Connection, asked: IncidentQuery, cursor: str | None) -> IncidentPage:
    """The newest first."""
    told = {k: v for k, v in vars(asked).items() if k not in ("limit", "before")}
    mark = list_mark("incidents", told)
    before = _before(cursor, mark) if cursor else None
    found = await list_store.page(tx, replace(asked, limit=asked.limit + 1, before=before))
    shown = found[: asked.limit]
    more = len(found) > asked.limit
    ended: list[Key] = [shown[-1].opened_at, str(shown[-1].id)] if more else []
    return IncidentPage(shown, make_cursor(mark, ended) if more else None)


def _before(cursor: str, mark: str) -> tuple[datetime, int]:
    at, number = read_cursor(cursor, mark, [datetime, str])
    if not isinstance(at, datetime) or not str(number).isdecimal() or len(str(number)) > 18:
        raise BadInput("This cursor does not belong to this list.", at="query.cursor")
    return at, int(str(number))


async def standing(tx: Connection) -> list[Standing]:
    """How many go on, by site, severity and state."""
    return await list_store.standing(tx)


async def urgent(tx: Connection, limit: int) -> list[Incident]:
    """What wants somebody now, the most urgent first."""
    return await list_store.urgent(tx, limit)


async def find(tx: Connection, public_id: str) -> Incident:
    found = await list_store.find(tx, public_id)
    if found is None:
        raise NotFound(f"There is no incident {public_id[:64]!r}.")
    return found


async def story(tx: Connection, teller: Teller, kept: Kept, public_id: str, now: datetime) -> Story:
    incident = await find(tx, public_id)
    numbers = await list_store.anomalies(tx, incident.id)
    likeness = (await likenesses(tx, incident.tenant_id, [incident.id], incident.zone)).get(
        incident.id
    )
    answer = likeness.answer if likeness else None
    return Story(
        incident,
        await list_store.members(tx, incident.id),
        await detection.of_incidents(tx, numbers),
        await list_store.history(tx, incident.id),
        likeness,
        what_now(answer, incident.category) if incident.state in LIVING else "",
        await _told(tx, teller, incident),
        await course(tx, kept, incident, now),
    )


async def course(
    tx: Connection, kept: Kept, incident: Incident, now: datetime, *, briefly: bool = False
) -> Coursing:
    """How its metrics were at worst, and how they are now; the transaction is the tenant's.

    `briefly`: of one that has just begun, only what a sensor that stands still is told by.
    """
    found = await measuring.courses(tx, kept, incident.tenant_id, incident.id, now)
    # What tells how it began has named the zone.
    clock = WallClock(incident.zone, named=incident.started_at)
    is_over = incident.state not in LIVING
    if briefly:
        still = [one for one in found if one.same_since is not None]
        return Coursing(words_of(still, clock, now, is_over=True), still)
    return Coursing(words_of(found, clock, now, is_over=is_over), found)


async def _told(tx: Connection, teller: Teller, incident: Incident) -> TellingOf | None:
    if incident.provenance != "detected":
        return TellingOf("It was recorded elsewhere: nobody is told of what is brought in.", [])
    return await teller.of(tx, incident.public_id, incident.zone)


async def likenesses(
    tx: Connection, tenant_id: int, incident_rows: Collection[int], zone: ZoneInfo
) -> dict[int, Likeness]:
    """Of those for which it was looked for; the transaction may be the system's."""
    found = await memory_store.likenesses(tx, incident_rows)
    bare = [row for row, (_, similar) in found.items() if similar is None]
    still = await memory_store.still(tx, bare) if bare else set()
    asked = await memory_store.asked(tx, bare) if bare else set()
    told = {}
    for row, (at, similar) in found.items():
        scores = {one["incident_id"]: float(one["score"]) for one in similar or ()}
        answer = await recalled(tx, tenant_id, scores) if scores else Answer([], None, None)
        words = resembles(answer, zone)
        if similar is None:
            words = STILL if row in still else NOT_YET if row in asked else INCOMPARABLE
        told[row] = Likeness(at, answer, words)
    return told


async def normals(tx: Connection, device_rows: Collection[int]) -> dict[int, list[Normal]]:
    """What people called normal for these devices."""
    return await store.normals(tx, device_rows) if device_rows else {}


# -- what people say --------------------------------------------------------------------------


async def confirm(caller: Caller, public_id: str, note: str | None, now: datetime) -> Incident:
    """Somebody has seen it and looks after it."""
    return await _move(caller, public_id, "confirmed", now, note=note)


async def resolve(
    caller: Caller, public_id: str, note: str, worked: bool | None, now: datetime
) -> Incident:
    """What was done, and whether it did it."""
    values = {"resolution": note, "worked": worked}
    return await _move(caller, public_id, "resolved", now, values, note=note, worked=worked)


async def correct(
    caller: Caller, public_id: str, changes: Mapping[str, Any], now: datetime
) -> Incident:
    """What was written down of a resolved incident, written down better; memory follows."""
    incident = await find(caller.tx, public_id)
    held = (await store.held(caller.tx, [incident.id]))[incident.id]
    if held.state != "resolved":
        raise WrongState(f"The incident is {held.state}; only what is resolved can be corrected.")
    different = difference({k: getattr(incident, k) for k in changes}, changes)
    if not different:
        return incident
    await store.change(caller.tx, held.id, {**changes, "changed_at": now})
    told = {"resolution": incident.resolution, "worked": incident.worked, **changes}
    await following.tell(
        caller.tx, held, "corrected", held.state, now,
        note=told["resolution"], worked=told["worked"], actor=_actor(caller),
    )  # fmt: skip
    await _record(caller, "incident.corrected", incident.public_id, {"changed": sorted(different)})
    return await find(caller.tx, incident.public_id)


async def remove(caller: Caller, memory: Memory, public_id: str, now: datetime) -> None:
    """Gone for good: its story, what it taught, and what memory has of it, with its vectors."""
    incident = await find(caller.tx, public_id)
    held = (await store.held(caller.tx, [incident.id]))[incident.id]
    if held.state in LIVING and incident.provenance == "detected":
        raise WrongState("The incident is not over: resolve it, or say that it is normal, first.")
    if await memory.is_known(caller, incident.given_id or incident.public_id):
        await memory.forget(caller, incident.given_id or incident.public_id)
    await store.remove(caller.tx, held.id)
    news = {"incident_id": incident.public_id, "what": "removed"}
    await live.announce(caller.tx, caller.tenant_id, "incident.changed", news)
    details = {"title": incident.title, "state": held.state, "at": now.isoformat()}
    await _record(caller, "incident.removed", incident.public_id, details)


async def reopen(caller: Caller, public_id: str, note: str | None, now: datetime) -> Incident:
    """It was not over after all."""
    found = await find(caller.tx, public_id)
    values: dict[str, Any] = {"resolution": None, "worked": None, "ended_at": None}
    values["reopened"] = found.reopened + 1
    return await _move(caller, public_id, "reopened", now, values, note=note)


async def is_normal(caller: Caller, public_id: str, note: str | None, now: datetime) -> Incident:
    """This is usual here: what deviated, as far as it did, is told of these devices no more."""
    changed = await _move(caller, public_id, "normal", now, note=note)
    said = {"tenant_id": caller.tenant_id, "at": now, "actor_name": caller.actor.name}
    for sign in await store.signs_of(caller.tx, changed.id):
        normals = normals_of(sign.kind, sign.metrics)
        await store.add_normals(caller.tx, sign.device_id, changed.id, normals, said)
        await detection.announce(caller.tx, caller.tenant_id, sign.device_id, now)
    return changed


async def note(caller: Caller, public_id: str, words: str, now: datetime) -> Incident:
    """A word on it that changes nothing."""
    incident = await find(caller.tx, public_id)
    held = await store.held(caller.tx, [incident.id])
    await following.tell(
        caller.tx, held[incident.id], "noted", incident.state, now, note=words,
        actor=_actor(caller),
    )  # fmt: skip
    await _record(caller, "incident.noted", public_id, {})
    return incident


async def _move(
    caller: Caller,
    public_id: str,
    move: str,
    now: datetime,
    values: Mapping[str, Any] | None = None,
    *,
    note: str | None = None,
    worked: bool | None = None,
) -> Incident:
    incident = await find(caller.tx, public_id)
    if incident.state == "merged":
        raise WrongState(f"This incident is a part of {incident.into_id}; say it of that one.")
    held = (await store.held(caller.tx, [incident.id]))[incident.id]
    state: State = after(move, held.state)  # type: ignore[arg-type]
    changed = {**(values or {}), "state": state, "changed_at": now}
    if not await store.move(caller.tx, held.id, [held.state], changed):
        raise WrongState
    await following.tell(
        caller.tx, held, move, state, now, note=note, worked=worked, actor=_actor(caller)
    )
    await _record(caller, f"incident.{move}", public_id, {"from": held.state, "to": state})
    return await find(caller.tx, public_id)


def _actor(caller: Caller) -> dict[str, str]:
    return {"actor_kind": caller.actor.kind, "actor_name": caller.actor.name}


async def _record(caller: Caller, action: str, public_id: str, details: dict[str, Any]) -> None:
    await audit.record(caller, action=action, object_=f"incident:{public_id}", details=details)


# -- what was recorded elsewhere ----------------------------------------------------------------


async def record(caller: Caller, given: Given, now: datetime) -> Incident | None:
    """An incident of before, with what was done about it. None where it was recorded before.

    It is history: nothing is told to anybody, and no dashboard hears of it.
    """
    device = await devices.find(caller.tx, given.device_id)
    state = "closed" if given.resolution is None else "resolved"
    if given.ended_at is None:
        state = "open"
    description = cut(given.description)
    resolution = given.resolution and cut(given.resolution)
    title = f"{device.name}: {description}"[:200]
    values = {
        "public_id": new_public_id("INC", 3),
        "given_id": given.given_id,
        "provenance": "imported",
        "site_id": device.site_row,
        "device_id": device.id,
        "state": state,
        "category": given.category,
        "severity": given.severity,
        "title": title,
        "description": description,
        "search": search_text(title, description, resolution, device.public_id,
                              device.site_name, given.given_id),
        "started_at": given.started_at,
        "opened_at": given.started_at,
        "ended_at": given.ended_at,
        "changed_at": given.ended_at or given.started_at,
        "resolution": resolution,
        "worked": given.worked,
    }  # fmt: skip
    made = await store.add_given(caller.tx, values)
    if made is None:
        return None
    await store.note(
        caller.tx,
        {
            "tenant_id": caller.tenant_id,
            "incident_id": made.id,
            "at": now,
            "what": "imported",
            "state": state,
            "severity": given.severity,
            "note": resolution,
            "worked": given.worked,
            **_actor(caller),
        },
    )
    return await find(caller.tx, made.public_id)
