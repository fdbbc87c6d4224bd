"""Use cases of insights: what the window of a site amounts to, and what was done about it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np

from homepot.access import audit
from homepot.access.caller import Caller
from homepot.ai.analysis.facts import Window
from homepot.ai.incidents import service as incidents
from homepot.ai.insights import costs, finding, store
from homepot.ai.insights.causes import Peer, SameHour, causes, same_hour
from homepot.ai.insights.facts import (
    Action,
    Effect,
    SiteDevice,
    SiteFacts,
    SiteIncident,
    Uptimes,
)
from homepot.ai.insights.measuring import effects
from homepot.ai.insights.trends import Trends, trends
from homepot.ai.prediction import service as prediction
from homepot.core.database import Connection
from homepot.core.errors import BadInput, Conflict, NotFound
from homepot.core.ids import new_public_id
from homepot.fleet.connectivity import service as connectivity
from homepot.fleet.connectivity.record import Record
from homepot.fleet.sites import service as sites
from homepot.fleet.sites.service import Site
from homepot.fleet.tariffs import service as tariffs
from homepot.fleet.types import service as types
from homepot.fleet.types.logic import Direction, Kind, Metric
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.totals.days import day_means

WINDOW = timedelta(days=30)
ACTIONS_MAX = 100
_HELPED_MAX = 25
_TAKEN_BEFORE_MAX = timedelta(days=365)
Streams = list[tuple[SiteDevice, Metric]]


def window_of(now: datetime) -> Window:
    return Window(now - WINDOW, now, f"the last {WINDOW.days} days")


class Insights:
    """Gathers what is known of a site; it changes nothing but what people say they did."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    async def facts(self, caller: Caller, site_id: str, window: Window, now: datetime) -> SiteFacts:
        tx = caller.tx
        site = await sites.find(tx, site_id)
        devices = await store.devices(tx, site.id)
        by_row = {one.row: one for one in devices}
        rows = list(by_row)
        month = costs.month_start(now.astimezone(site.zone))
        first, last = min(window.start, month), max(window.end, now)
        known = await connectivity.record(tx, rows, first, last)
        record = known.part(window.start, window.end)
        struck = await store.incidents(tx, site.id, window.start, window.end)
        halfway = window.start + window.length / 2
        counts = await store.anomalies(tx, site.id, window.start, halfway, window.end)
        moving, streams = await self._trends(tx, devices, window.end, now)
        began = [one for one in struck if one.started_at >= window.start]
        found_causes, causes_tested = causes(_peers(devices), _struck(began))
        returning = finding.recurring(by_row, began)
        told_trends = finding.told_trends(moving, streams)
        today = now.astimezone(site.zone).date()
        soon, over = finding.warranties(devices, today)
        helped = await _helped(caller, site, struck, {i for r in returning for i in r.incident_ids})
        foreseen = await prediction.of_devices(tx, rows)
        recommended = finding.recommendations(
            by_row, struck, helped, returning, told_trends, found_causes, foreseen, soon
        )
        done = await self.effects(tx, site, devices, now)
        return SiteFacts(
            site.public_id, site.name, site.zone, window, now, devices,
            uptimes=_uptimes(devices, record),
            incidents=struck,
            trends=told_trends,
            streams_tested=moving.tested,
            streams_too_short=moving.too_short,
            oftener=finding.oftener(by_row, counts, halfway),
            recurring=returning,
            causes=found_causes,
            causes_tested=causes_tested,
            same_hour=_same_hour(began, site),
            warranties=soon,
            warranties_over=over,
            foreseen=foreseen,
            recommendations=recommended,
            effects=done,
            costs=costs.site_costs(
                devices,
                await _rates(tx, site, devices),
                known.part(month, now),
                recommended,
                done,
            ),
        )  # fmt: skip

    async def effects(
        self, tx: Connection, site: Site, devices: Sequence[SiteDevice], now: datetime
    ) -> list[Effect]:
        taken = await store.actions(tx, site.id, ACTIONS_MAX)
        return await effects(tx, self._archive, taken, devices, now)

    async def _trends(
        self, tx: Connection, devices: Sequence[SiteDevice], end: datetime, now: datetime
    ) -> tuple[Trends, Streams]:
        """Of every metric of which one way is bad, by the mean of each whole day (of UTC)."""
        by_row = {one.row: one for one in devices}
        reported = await store.reported(tx, list(by_row))
        described = await _described(tx, devices)
        streams: Streams = []
        wanted: dict[str, list[int]] = {}
        for row, names in reported.items():
            for name in names:
                metric = described.get((by_row[row].type, name)) or described.get(("", name))
                if metric is not None and _has_a_bad_way(metric):
                    wanted.setdefault(name, []).append(row)
        midnight = end.replace(hour=0, minute=0, second=0, microsecond=0)
        days = WINDOW.days
        first = midnight - WINDOW
        found = await day_means(tx, self._archive, wanted, first, days, now)
        for name, rows in wanted.items():
            for row in rows:
                kind = by_row[row].type
                streams.append((by_row[row], described.get((kind, name)) or described["", name]))
        values = np.concatenate([found[name] for name in wanted]) if wanted else np.empty((0, days))
        return trends(values), streams

    # -- what people did ------------------------------------------------------------------------

    async def take(
        self,
        caller: Caller,
        site_id: str,
        recommendation_id: str,
        taken_at: datetime | None,
        note: str | None,
        now: datetime,
    ) -> Effect:
        """Somebody did what is recommended now; what comes of it is measured from then on."""
        at = taken_at or now
        if at > now or now - at > _TAKEN_BEFORE_MAX:
            raise BadInput("It was taken in the past year, and not later than now.",
                           at="body.taken_at")  # fmt: skip
        site = await sites.find(caller.tx, site_id)
        facts = await self.facts(caller, site_id, window_of(now), now)
        known = {one.id: one for one in facts.recommendations}
        one = known.get(recommendation_id)
        if one is None:
            raise Conflict(
                f"{recommendation_id[:100]!r} is not recommended for {site_id} now; GET"
                f" /api/ai/insights/{site_id} tells what is."
            )
        values = {
            "public_id": new_public_id("ACT", 3),
            "site_id": site.id,
            "recommendation_id": one.id,
            "kind": one.kind,
            "recommendation": one.text,
            "device_rows": [device.row for device in one.devices],
            "category": one.category,
            "metric": one.metric,
            "taken_at": at,
            "note": note,
            "actor_kind": caller.actor.kind,
            "actor_name": caller.actor.name,
        }
        action = await store.add_action(caller.tx, values)
        details = {"site_id": site_id, "recommendation": one.id, "taken_at": at.isoformat()}
        await audit.record(
            caller, action="insight.taken", object_=f"action:{action.action_id}", details=details
        )
        (effect,) = await effects(caller.tx, self._archive, [action], facts.devices, now)
        return effect

    async def taken(self, caller: Caller, site_id: str, now: datetime) -> list[Effect]:
        """The newest first, each with what came of it."""
        site = await sites.find(caller.tx, site_id)
        return await self.effects(caller.tx, site, await store.devices(caller.tx, site.id), now)

    async def take_back(self, caller: Caller, site_id: str, action_id: str) -> None:
        """It was not done after all."""
        site = await sites.find(caller.tx, site_id)
        if not await store.remove_action(caller.tx, site.id, action_id):
            raise NotFound(f"There is no action {action_id[:64]!r} at {site_id}.")
        await audit.record(
            caller, action="insight.taken_back", object_=f"action:{action_id}",
            details={"site_id": site_id},
        )  # fmt: skip


# -- small parts ----------------------------------------------------------------------------------


def _has_a_bad_way(metric: Metric) -> bool:
    ways = (Direction.UP_IS_BAD, Direction.DOWN_IS_BAD)
    return metric.kind is not Kind.COUNTER and metric.direction in ways


async def _described(
    tx: Connection, devices: Sequence[SiteDevice]
) -> dict[tuple[str, str], Metric]:
    """By type and name; under the empty type, what a metric is by itself."""
    found: dict[tuple[str, str], Metric] = {
        ("", name): entry.metric for name, entry in (await types.registry(tx)).items()
    }
    here = {one.type for one in devices}
    for kind in await types.device_types(tx):
        if kind.name in here:
            found |= {(kind.name, name): metric for name, metric in kind.metrics.items()}
    return found


def _peers(devices: Sequence[SiteDevice]) -> list[Peer]:
    return [Peer(one.row, one.type, one.firmware, one.location) for one in devices]


def _struck(began: Sequence[SiteIncident]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for one in began:
        found.setdefault(one.category, set()).update(one.devices)
    return found


def _same_hour(began: Sequence[SiteIncident], site: Site) -> SameHour | None:
    return same_hour(one.started_at.astimezone(site.zone) for one in began)


def _uptimes(devices: Sequence[SiteDevice], record: Record) -> Uptimes:
    online = offline = unknown = 0.0
    watched = outages = 0
    away: list[tuple[int, float]] = []
    for one in devices:
        stretch = record.of(one.row)
        uptime = stretch.uptime
        online, offline = online + uptime.online_s, offline + uptime.offline_s
        unknown += uptime.unknown_s
        watched += uptime.online_s + uptime.offline_s > 0
        outages += stretch.outages
        if uptime.offline_s > 0:
            away.append((one.row, uptime.offline_s))
    away.sort(key=lambda each: (-each[1], each[0]))
    return Uptimes(online, offline, unknown, watched, outages, away)


async def _rates(
    tx: Connection, site: Site, devices: Sequence[SiteDevice]
) -> dict[int, tariffs.Rates]:
    book = await tariffs.book(tx)
    return {one.row: book.rates(site.id, one.type) for one in devices}


async def _helped(
    caller: Caller, site: Site, struck: Sequence[SiteIncident], returning: set[str]
) -> Mapping[str, str]:
    """What to do about those that are not over or return, by what helped before."""
    wanted = [one for one in struck if one.is_living or one.incident_id in returning]
    wanted = sorted(wanted, key=lambda one: (one.is_living, one.started_at))[-_HELPED_MAX:]
    rows = [one.row for one in wanted]
    known = await incidents.likenesses(caller.tx, caller.tenant_id, rows, site.zone)
    return {
        one.incident_id: incidents.what_now(
            known[one.row].answer if one.row in known else None, one.category
        )
        for one in wanted
    }


__all__ = ["Action", "Effect", "Insights", "SiteFacts", "window_of"]
