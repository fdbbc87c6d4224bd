"""Reports that nobody has to ask for: each morning, Monday, first of a month, and after a critical
incident."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from homepot.access import audit
from homepot.access.caller import Caller, system_caller
from homepot.ai.analysis.facts import Window
from homepot.ai.analysis_modes.modes import ModeName, mode_named
from homepot.ai.reports import schedule_store
from homepot.ai.reports.calendar import window_due
from homepot.ai.reports.kinds import ReportType, Scope
from homepot.ai.reports.schedule_store import Place, Schedule, ToTell
from homepot.ai.reports.service import Reporter, Wanted
from homepot.core.database import Connection, Database
from homepot.core.errors import BadInput, NotFound
from homepot.core.ids import new_public_id
from homepot.fleet.devices import service as devices
from homepot.fleet.sites import service as sites
from homepot.fleet.sites.timezones import timezone_problem, zone_of

__all__ = [
    "Schedule",
    "ScheduleWish",
    "ToTell",
    "add",
    "change",
    "make_due",
    "mark_told",
    "of_tenant",
    "remove",
    "to_tell",
]

BEFORE_INCIDENT = timedelta(hours=24)
SCHEDULES_MAX = 100
_INCIDENT_LATE_MAX = timedelta(hours=24)
_JOB = "reports"


@dataclass(frozen=True)
class ScheduleWish:
    """Which reports somebody wants by themselves, and who gets them."""

    report_type: ReportType
    scope: Scope
    site_id: str | None
    device_id: str | None
    timezone: str | None
    enabled: bool
    mode: ModeName
    channel_ids: Sequence[str]


async def of_tenant(tx: Connection) -> list[Schedule]:
    return await schedule_store.schedules(tx)


async def add(caller: Caller, wish: ScheduleWish, now: datetime) -> Schedule:
    values = await _checked(caller.tx, wish)
    if len(await schedule_store.schedules(caller.tx)) >= SCHEDULES_MAX:
        raise BadInput(f"There are {SCHEDULES_MAX} schedules already; remove one first.")
    schedule_id = new_public_id("SCHEDULE", 2)
    await schedule_store.add(caller.tx, values | {"schedule_id": schedule_id, "now": now})
    return await _recorded(caller, schedule_id, "added")


async def change(caller: Caller, schedule_id: str, wish: ScheduleWish, now: datetime) -> Schedule:
    values = await _checked(caller.tx, wish)
    given = values | {"schedule_id": schedule_id, "now": now}
    if not await schedule_store.change(caller.tx, given):
        raise _unknown(schedule_id)
    return await _recorded(caller, schedule_id, "changed")


async def remove(caller: Caller, schedule_id: str, now: datetime) -> None:
    """What it made stays."""
    if not await schedule_store.remove(caller.tx, schedule_id, now):
        raise _unknown(schedule_id)
    await audit.record(
        caller,
        action="report_schedule.removed",
        object_=f"report_schedule:{schedule_id}",
        details={},
    )


def _unknown(schedule_id: str) -> NotFound:
    return NotFound(
        f"There is no schedule {schedule_id[:64]!r}; GET /api/ai/report-schedules lists all."
    )


async def _recorded(caller: Caller, schedule_id: str, what: str) -> Schedule:
    found = await schedule_store.find(caller.tx, schedule_id)
    assert found is not None, "it was written in this transaction"
    hidden = ("row", "tenant_id", "schedule_id", "since")
    await audit.record(
        caller,
        action=f"report_schedule.{what}",
        object_=f"report_schedule:{schedule_id}",
        details={name: value for name, value in vars(found).items() if name not in hidden},
    )
    return found


async def _checked(tx: Connection, wish: ScheduleWish) -> dict[str, Any]:
    """As it is kept; what does not fit together is refused with what would."""
    _refuse_unfitting(wish)
    site_row = device_row = None
    if wish.site_id is not None:
        site_row = (await _found(sites.find(tx, wish.site_id), "site_id")).id
    if wish.device_id is not None:
        device_row = (await _found(devices.find(tx, wish.device_id), "device_id")).id
    wanted = list(dict.fromkeys(wish.channel_ids))
    known = await schedule_store.channels_known(tx, wanted)
    if missing := [one for one in wanted if one not in known]:
        raise BadInput(
            f"There is no channel {missing[0]!r}; GET /api/alerts/channels lists all.",
            at="body.channel_ids",
        )
    return {
        "report_type": wish.report_type,
        "scope": wish.scope,
        "site_row": site_row,
        "device_row": device_row,
        "timezone": wish.timezone or "UTC",
        "enabled": wish.enabled,
        "mode": wish.mode,
        "channel_ids": wanted,
    }


async def _found(search: Any, field: str) -> Any:
    """What a body names and is not there is a mistake in the body."""
    try:
        return await search
    except NotFound as error:
        raise BadInput(error.detail, at=f"body.{field}") from error


def _refuse_unfitting(wish: ScheduleWish) -> None:
    for scope, field, value in (
        (Scope.SITE, "site_id", wish.site_id),
        (Scope.DEVICE, "device_id", wish.device_id),
    ):
        if (value is not None) != (wish.scope is scope):
            said = f"goes with scope={scope}" if value else f"is needed with scope={scope}"
            raise BadInput(f"`{field}` {said}.", at=f"body.{field}")
    if wish.timezone is not None:
        if wish.scope is not Scope.EVERYTHING:
            raise BadInput(
                "`timezone` goes with scope=everything; a site has its own.", at="body.timezone"
            )
        if problem := timezone_problem(wish.timezone):
            raise BadInput(problem, at="body.timezone")
    if wish.report_type is ReportType.INCIDENT and wish.scope is Scope.EACH_SITE:
        raise BadInput(
            "A report of an incident comes after each critical incident: everywhere"
            " (scope=everything), at one site or of one device.",
            at="body.scope",
        )


# -- making them ----------------------------------------------------------------------------------


async def make_due(database: Database, reporter: Reporter, now: datetime) -> int:
    """Make what is due, each in a transaction of its own; how many."""
    async with database.system() as tx:
        wanted = [one for one in await schedule_store.schedules(tx) if one.enabled]
    made = 0
    for one in wanted:
        if one.report_type == ReportType.INCIDENT:
            made += await _after_incidents(database, reporter, one, now)
        else:
            made += await _by_the_clock(database, reporter, one, now)
    return made


async def _by_the_clock(
    database: Database, reporter: Reporter, schedule: Schedule, now: datetime
) -> int:
    kind, due = ReportType(schedule.report_type), {}
    async with database.tenant(schedule.tenant_id) as tx:
        for place in await schedule_store.places(tx, schedule):
            zone = zone_of(place.timezone)
            window = window_due(kind, zone, now)
            if window is not None and window.end > schedule.since:
                day = window.end.astimezone(zone).date()
                due[f"{kind}:{schedule.row}:{place.key}:{day}"] = (place, window)
        there = await schedule_store.made(tx, list(due))
    made = 0
    for occasion, (place, window) in due.items():
        if occasion not in there:
            wanted = _wanted(schedule, window, occasion)
            wanted = replace(wanted, zone=zone_of(place.timezone))
            made += await _make(database, reporter, schedule.tenant_id, place, wanted, now)
    return made


async def _after_incidents(
    database: Database, reporter: Reporter, schedule: Schedule, now: datetime
) -> int:
    """With the day before it, for what led to it."""
    since = max(schedule.since, now - _INCIDENT_LATE_MAX)
    async with database.tenant(schedule.tenant_id) as tx:
        found = await schedule_store.struck(tx, schedule, since)
    made = 0
    for one in found:
        start = min(one.started_at, now) - BEFORE_INCIDENT
        window = Window(start, now, "the time since a day before it began")
        wanted = _wanted(schedule, window, f"incident:{one.row}:{schedule.row}")
        place = Place("", schedule.timezone, one.site_id, one.device_id)
        made += await _make(database, reporter, schedule.tenant_id, place, wanted, now)
    return made


def _wanted(schedule: Schedule, window: Window, occasion: str) -> Wanted:
    kind, mode = ReportType(schedule.report_type), mode_named(schedule.mode)
    return Wanted(kind, window, mode, occasion, schedule.row)


async def _make(
    database: Database,
    reporter: Reporter,
    tenant_id: int,
    place: Place,
    wanted: Wanted,
    now: datetime,
) -> bool:
    async with database.tenant(tenant_id) as tx:
        caller = system_caller(tx, tenant_id, _JOB)
        try:
            if place.device_id is None:
                return await reporter.of_fleet(caller, place.site_id, wanted, now) is not None
            return await reporter.of_device(caller, place.device_id, wanted, now) is not None
        except NotFound:
            return False  # it went meanwhile


# -- for whoever sends them -----------------------------------------------------------------------


async def to_tell(tx: Connection, most: int) -> list[ToTell]:
    """Those that nobody has been sent; the transaction is the system's."""
    return await schedule_store.to_tell(tx, most)


async def mark_told(tx: Connection, rows: Sequence[int], now: datetime) -> None:
    await schedule_store.mark_told(tx, rows, now)
