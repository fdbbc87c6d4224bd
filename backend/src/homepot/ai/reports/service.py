"""Use cases of reports: make one, keep it, find it again, have it printed."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from homepot.access.caller import Caller
from homepot.ai.analysis.facts import DeviceFacts, Window
from homepot.ai.analysis.service import Analyst
from homepot.ai.analysis_modes.modes import Mode
from homepot.ai.analysis_modes.templates import Statement
from homepot.ai.anomaly_detection import service as detection
from homepot.ai.anomaly_detection.usual import Learnt, bands_of
from homepot.ai.insights.service import Insights
from homepot.ai.reports import store
from homepot.ai.reports.content import Kept, ReportContent, as_json, from_json
from homepot.ai.reports.fleet_service import fleet_facts, site_trends
from homepot.ai.reports.kinds import ReportType, report_id
from homepot.ai.reports.of_device import INCIDENTS_MAX, Charted, device_report, leading
from homepot.ai.reports.of_fleet import fleet_report
from homepot.ai.reports.store import Listed, ReportQuery
from homepot.core.database import Connection, Database
from homepot.core.errors import NotFound
from homepot.fleet.connectivity import service as connectivity
from homepot.fleet.connectivity.record import Stretch
from homepot.fleet.devices import service as devices
from homepot.fleet.sites import service as sites
from homepot.telemetry.reading import service as reading
from homepot.telemetry.reading.service import Kept as Readings

__all__ = [
    "Kept",
    "Listed",
    "NotFound",
    "ReportQuery",
    "Reporter",
    "Wanted",
    "find",
    "forget",
    "page",
]

_POINTS = 120
UTC = ZoneInfo("UTC")
_EPOCH = datetime.fromtimestamp(0, UTC)
Known = Callable[[], Awaitable[Learnt | None]]
_FORGOTTEN_AT_ONCE = 500


@dataclass(frozen=True)
class Wanted:
    """Which report, about which time, for whom; `occasion` and the row of a schedule where nobody
    asked for it. One of everything is on the clock of `zone`, others on that of their site."""

    kind: ReportType
    window: Window
    mode: Mode
    occasion: str | None = None
    schedule: int | None = None
    zone: ZoneInfo = UTC


class Reporter:
    """Writes reports down out of what others know; `known` is what detection holds for usual."""

    def __init__(
        self, analyst: Analyst, insights: Insights, readings: Readings, known: Known
    ) -> None:
        self._analyst = analyst
        self._insights = insights
        self._readings = readings
        self._known = known

    async def of_device(
        self, caller: Caller, device_id: str, wanted: Wanted, now: datetime
    ) -> Kept | None:
        """None where there is one for this occasion."""
        device = await devices.find(caller.tx, device_id)
        facts = await self._analyst.facts(caller, device_id, wanted.window, now)
        impacts = await _impacts(caller.tx, device.id, facts)
        charted = await self._charted(caller.tx, device.id, facts, now)
        content = device_report(facts, wanted.kind, wanted.mode, impacts, charted)
        return await _keep(caller.tx, content, wanted, now, device_row=device.id)

    async def of_fleet(
        self, caller: Caller, site_id: str | None, wanted: Wanted, now: datetime
    ) -> Kept | None:
        """Of a site; without an id of everything. None where there is one for this occasion."""
        site = None if site_id is None else await sites.find(caller.tx, site_id)
        facts = await fleet_facts(caller, site, wanted.window, wanted.zone)
        more: Sequence[Statement] = ()
        if site is not None and facts.devices:
            more = await site_trends(caller, self._insights, site, wanted.window.end, now)
        content = await asyncio.to_thread(fleet_report, facts, wanted.kind, wanted.mode, more)
        row = None if site is None else site.id
        return await _keep(caller.tx, content, wanted, now, site_row=row)

    async def _charted(
        self, tx: Connection, row: int, facts: DeviceFacts, now: datetime
    ) -> Charted:
        """What was measured of the leading metrics, and between what it usually lies."""
        names = [one.metric.name for one in leading(facts)]
        if not names:
            return Charted()
        span = (facts.window.start, facts.window.end)
        chart = await reading.chart(
            tx, self._readings, facts.device_id, names, span, _POINTS, now
        )  # fmt: skip
        width = facts.window.length / _POINTS
        learned = await detection.learned(tx, row)
        known = None if learned.is_learning else await self._known()
        if known is None:
            why = learned.words if learned.is_learning else "not written down by detection yet"
            return Charted(chart.series, width, no_bands=why)
        moments = {
            name: [_EPOCH + timedelta(microseconds=one.at) + width / 2 for one in points]
            for name, points in chart.series.items()
        }
        found = await asyncio.to_thread(bands_of, known[1], row, moments)
        bands = {
            name: ([one.low for one in points], [one.high for one in points])
            for name, points in found.items()
        }
        return Charted(chart.series, width, bands, known[0])


async def _impacts(tx: Connection, row: int, facts: DeviceFacts) -> dict[str, Stretch]:
    """How the device was heard from while each incident lasted, within the period."""
    window = facts.window
    record = await connectivity.record(tx, [row], window.start, window.end)
    return {
        one.incident_id: record.of(row, one.started_at, one.ended_at)
        for one in facts.incidents[:INCIDENTS_MAX]
    }


async def _keep(
    tx: Connection,
    content: ReportContent,
    wanted: Wanted,
    now: datetime,
    *,
    device_row: int | None = None,
    site_row: int | None = None,
) -> Kept | None:
    made = Kept(
        report_id=report_id(now, secrets.token_bytes(8)),
        report_type=wanted.kind,
        mode=wanted.mode.name,
        generated_at=now,
        content=content,
    )
    values = {
        "public_id": made.report_id,
        "report_type": made.report_type,
        "site_id": site_row,
        "device_id": device_row,
        "content": as_json(content),
        "generated_at": now,
        "mode": made.mode,
        "title": content.title,
        "period_start": content.period.start,
        "period_end": content.period.end,
        "occasion": wanted.occasion,
        "schedule_id": wanted.schedule,
    }
    return made if await store.add(tx, values) else None


async def find(tx: Connection, public_id: str) -> Kept:
    row = await store.find(tx, public_id)
    if row is None:
        raise NotFound(f"There is no report {public_id[:64]!r}; GET /api/ai/reports lists all.")
    return Kept(
        report_id=row[0],
        report_type=row[1],
        mode=row[2],
        generated_at=row[3],
        content=from_json(row[4]),
    )


async def page(tx: Connection, asked: ReportQuery) -> list[Listed]:
    """The newest first."""
    return await store.page(tx, asked)


async def forget(database: Database, now: datetime, kept: timedelta) -> int:
    """Those that are older than what is kept; some hundred in a transaction."""
    gone = 0
    while True:
        async with database.system() as tx:
            found = await store.forget(tx, now - kept, _FORGOTTEN_AT_ONCE)
        gone += found
        if found < _FORGOTTEN_AT_ONCE:
            return gone
