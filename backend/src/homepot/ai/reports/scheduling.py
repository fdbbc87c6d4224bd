"""Reports that nobody has to ask for: each morning, each Monday, after a critical incident."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from homepot.access import audit
from homepot.access.caller import Caller, system_caller
from homepot.ai.analysis.facts import Window
from homepot.ai.analysis_modes.modes import DEFAULT, ModeName, mode_named
from homepot.ai.reports import schedule_store
from homepot.ai.reports.calendar import window_due
from homepot.ai.reports.kinds import ReportType
from homepot.ai.reports.schedule_store import Schedule, ToTell
from homepot.ai.reports.service import Reporter, Wanted
from homepot.core.database import Connection, Database
from homepot.core.errors import BadInput, NotFound
from homepot.fleet.sites.timezones import zone_of

__all__ = ["Schedule", "ToTell", "change", "make_due", "mark_told", "of_tenant", "to_tell"]

KINDS = (ReportType.DAILY, ReportType.INCIDENT, ReportType.WEEKLY)
BEFORE_INCIDENT = timedelta(hours=24)
_INCIDENT_LATE_MAX = timedelta(hours=24)
_JOB = "reports"


async def of_tenant(caller: Caller, now: datetime) -> list[Schedule]:
    """One of each kind; what nobody set is off."""
    known = {one.report_type: one for one in await schedule_store.schedules(caller.tx)}
    return [
        known.get(kind) or Schedule(caller.tenant_id, kind, False, DEFAULT, [], now)
        for kind in KINDS
    ]


async def change(
    caller: Caller,
    kind: ReportType,
    mode: ModeName,
    channel_ids: Sequence[str],
    now: datetime,
    *,
    enabled: bool,
) -> None:
    wanted = list(dict.fromkeys(channel_ids))
    known = await schedule_store.channels_known(caller.tx, wanted)
    if missing := [one for one in wanted if one not in known]:
        raise BadInput(
            f"There is no channel {missing[0]!r}; GET /api/alerts/channels lists all.",
            at="body.channel_ids",
        )
    await schedule_store.set_schedule(caller.tx, kind, mode, wanted, now, enabled=enabled)
    details = {"enabled": enabled, "mode": mode, "channel_ids": wanted}
    await audit.record(
        caller, action="report_schedule.changed", object_=f"report_schedule:{kind}", details=details
    )


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
        for row, site_id, zone in await schedule_store.sites(tx):
            window = window_due(kind, zone_of(zone), now)
            if window is not None and window.end > schedule.since:
                day = window.end.astimezone(zone_of(zone)).date()
                due[f"{kind}:{row}:{day}"] = (site_id, window)
        there = await schedule_store.made(tx, list(due))
    made = 0
    for occasion, (site_id, window) in due.items():
        if occasion not in there:
            wanted = Wanted(kind, window, mode_named(schedule.mode), occasion)
            made += await _make(
                database, reporter, schedule.tenant_id, (site_id, None), wanted, now
            )
    return made


async def _after_incidents(
    database: Database, reporter: Reporter, schedule: Schedule, now: datetime
) -> int:
    """With the day before it, for what led to it."""
    since = max(schedule.since, now - _INCIDENT_LATE_MAX)
    async with database.tenant(schedule.tenant_id) as tx:
        found = await schedule_store.struck(tx, since)
    made = 0
    for one in found:
        start = min(one.started_at, now) - BEFORE_INCIDENT
        window = Window(start, now, "the time since a day before it began")
        occasion = f"incident:{one.row}"
        wanted = Wanted(ReportType.INCIDENT, window, mode_named(schedule.mode), occasion)
        of = (one.site_id, one.device_id)
        made += await _make(database, reporter, schedule.tenant_id, of, wanted, now)
    return made


async def _make(
    database: Database,
    reporter: Reporter,
    tenant_id: int,
    of: tuple[str, str | None],
    wanted: Wanted,
    now: datetime,
) -> bool:
    site_id, device_id = of
    async with database.tenant(tenant_id) as tx:
        caller = system_caller(tx, tenant_id, _JOB)
        try:
            if device_id is None:
                return await reporter.of_fleet(caller, site_id, wanted, now) is not None
            return await reporter.of_device(caller, device_id, wanted, now) is not None
        except NotFound:
            return False  # it went meanwhile


# -- for whoever sends them -----------------------------------------------------------------------


async def to_tell(
    tx: Connection, most: int
) -> tuple[list[ToTell], dict[tuple[int, str], Schedule]]:
    """Those that nobody has been sent, and who wants them; the transaction is the system's."""
    found = await schedule_store.to_tell(tx, most)
    wanted = await schedule_store.schedules(tx) if found else []
    return found, {(one.tenant_id, one.report_type): one for one in wanted}


async def mark_told(tx: Connection, rows: Sequence[int], now: datetime) -> None:
    await schedule_store.mark_told(tx, rows, now)
