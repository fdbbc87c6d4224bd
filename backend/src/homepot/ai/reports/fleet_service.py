"""Gathers what is known of a site, or of everything, in a period."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from homepot.access.caller import Caller
from homepot.ai.analysis.facts import Window
from homepot.ai.analysis_modes.templates import Statement, Topic
from homepot.ai.incidents import service as incidents
from homepot.ai.insights import service as insights
from homepot.ai.insights.service import Insights
from homepot.ai.insights.telling import statements as of_insights
from homepot.ai.prediction import service as prediction
from homepot.ai.prediction.records import Prediction
from homepot.ai.prediction.words import action
from homepot.ai.reports import fleet_store
from homepot.ai.reports.fleet_facts import FleetFacts, FleetIncident, cost_of
from homepot.fleet.connectivity import service as connectivity
from homepot.fleet.sites.service import Site
from homepot.fleet.tariffs import service as tariffs

_ADVICE_MAX = 8
_FORESEEN_ADVICE_MAX = 4
EVERYTHING = "All sites"


async def fleet_facts(
    caller: Caller, site: Site | None, window: Window, zone: ZoneInfo
) -> FleetFacts:
    """Of all sites together the times are on the clock of `zone`."""
    tx = caller.tx
    row = None if site is None else site.id
    found = await fleet_store.devices(tx, row, window.start, window.end)
    rows = [one.row for one in found]
    struck = await fleet_store.incidents(tx, row, window.start, window.end)
    record = await connectivity.record(tx, rows, window.start, window.end)
    foreseen = await prediction.of_devices(tx, rows)
    zone = zone if site is None else site.zone
    return FleetFacts(
        None if site is None else site.public_id,
        EVERYTHING if site is None else site.name,
        zone,
        window,
        found,
        record,
        struck,
        foreseen,
        cost_of(found, record, await tariffs.book(tx)),
        await _advice(caller, struck, foreseen, zone),
    )


async def _advice(
    caller: Caller,
    struck: Sequence[FleetIncident],
    foreseen: Sequence[Prediction],
    zone: ZoneInfo,
) -> list[str]:
    """About what is not over by what helped before, then about what is foreseen."""
    living = [one for one in struck if one.is_living][:_ADVICE_MAX]
    rows = [one.row for one in living]
    known = await incidents.likenesses(caller.tx, caller.tenant_id, rows, zone)
    said = [
        f"{one.device_name or 'Whole site'} ({one.incident_id}): "
        + incidents.what_now(known[one.row].answer if one.row in known else None, one.category)
        for one in living
    ]
    ahead = [
        f"{one.device_name}, {one.label}: {action(one, zone)}"
        for one in foreseen[:_FORESEEN_ADVICE_MAX]
    ]
    return [*said, *ahead]


async def site_trends(
    caller: Caller, gathering: Insights, site: Site, end: datetime, now: datetime
) -> list[Statement]:
    """What the 30 days before the end of the period show of a site."""
    window = insights.window_of(end)
    facts = await gathering.facts(caller, site.public_id, window, now)
    return [one for one in of_insights(facts) if one.topic in (Topic.TREND, Topic.CAUSE)]
