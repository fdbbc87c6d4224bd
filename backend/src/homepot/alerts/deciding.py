"""From what happened with incidents to what is told to whom: load, decide, put into the outbox.

Everything of one tenant happens in one transaction of that tenant: the decision, its reason, and
the deliveries stand in the database together or not at all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from homepot.alerts import alert_store, same_store, store
from homepot.alerts.alert_store import Alert, Wait
from homepot.alerts.grouping import NOTICES_MAX, WINDOW, due_for
from homepot.alerts.occurrence import SEVERITIES, Occurrence, State, Subject, state_after
from homepot.alerts.rules import Place, Rule, Silence, decide, escalates_at, silenced, strangers
from homepot.core import live
from homepot.core.database import Connection, Database
from homepot.core.errors import NotFound
from homepot.core.ids import new_public_id
from homepot.core.wall_clock import WallClock
from homepot.fleet.sites import service as sites

# What happened longer ago is history: nobody is woken for what was found after the fact.
OLD = timedelta(hours=24)
WAITS_AT_ONCE_MAX = 500
NO_CHANNEL = "There was no channel yet."
NO_RULE = "No rule was switched on."
_TELLING = ("opened", "worse", "reopened")


@dataclass
class Desk:
    """What a tenant has configured, loaded once for all that is decided together."""

    tx: Connection
    tenant_id: int
    now: datetime
    rules: dict[int, Rule]
    silences: Sequence[Silence]
    channels: dict[str, int]
    names: dict[str, str]
    places: dict[str, Place] = field(default_factory=dict)

    async def place(self, site_id: str) -> Place:
        if site_id not in self.places:
            self.places[site_id] = await _place(self.tx, site_id)
        return self.places[site_id]


async def _place(tx: Connection, site_id: str) -> Place:
    try:
        site = await sites.find(tx, site_id)
    except NotFound:
        return Place(ZoneInfo("UTC"))
    return Place(site.zone, site.schedule, site.closed_on, site.maintenance_windows)


async def desk_of(tx: Connection, tenant_id: int, now: datetime) -> Desk:
    await store.hold_configuration(tx)
    rules = {row.id: rule_of(row) for row in await store.rules(tx) if row.enabled}
    silences = [
        Silence(one.id, one.until, one.device_id, one.site_id, one.tag, one.category, one.type)
        for one in await store.silences(tx, now)
    ]
    channels = await store.channels(tx)
    names = {one.public_id: one.name for one in channels}
    return Desk(tx, tenant_id, now, rules, silences, store.ids(channels), names)


def rule_of(row: store.RuleRow) -> Rule:
    kept: dict[str, Any] = {name: getattr(row, name) for name in Rule.__dataclass_fields__}
    for name in ("categories", "site_ids", "types", "tags"):
        kept[name] = frozenset(kept[name])
    return Rule(**kept)


async def take(
    tx: Connection, tenant_id: int, occurrences: Iterable[Occurrence], now: datetime
) -> int:
    """Decide on each that was not decided on before; how many those were."""
    desk = await desk_of(tx, tenant_id, now)
    taken = 0
    for one in occurrences:
        noted = {
            "source": one.source,
            "incident_id": one.incident_id,
            "at": now,
            "what": one.what,
            "outcome": "",
        }
        if await alert_store.note_decision(tx, noted):
            outcome = await _take(desk, one)
            await alert_store.set_outcome(tx, one.source, outcome)
            taken += 1
    return taken


async def _take(desk: Desk, one: Occurrence) -> str:
    before = await alert_store.find(desk.tx, one.incident_id)
    alert = await alert_store.save(desk.tx, _values(one, before))
    if one.what in ("confirmed", "over", "merged"):
        keep = () if one.what == "merged" else ("digest",)
        await alert_store.stop_waiting(desk.tx, alert.id, but=keep)
    if one.what != "more":
        await _announce(desk, alert, one.what)
    if desk.now - one.at > OLD:
        return "It is more than a day old: nobody is told."
    if one.what in _TELLING:
        if one.is_foreseen and (same := await _is_known(desk, one, alert)):
            return same
        before_it = "" if one.is_foreseen else await _take_over(desk, one, alert)
        return before_it + await _tell(desk, alert, one.what, desk.rules.values())
    if one.what == "over" and before is not None and before.state != "over":
        return await _tell_over(desk, alert)
    return "Nobody is told of this."


async def _is_known(desk: Desk, one: Occurrence, alert: Alert) -> str:
    """What is foreseen while it goes on already is told with that, unless it will be worse."""
    assert one.subject.device_id is not None
    known = await same_store.incident_of(desk.tx, one.subject.device_id, one.metrics)
    if known is None or SEVERITIES.index(known[1]) < SEVERITIES.index(one.subject.severity):
        return ""
    await same_store.end(desk.tx, alert.id)
    return f"It is the same as {known[0]}, which goes on: nobody is told again."


async def _take_over(desk: Desk, one: Occurrence, alert: Alert) -> str:
    """Whoever was told that it would come is not told that it came, unless it is worse."""
    if one.subject.device_id is None or not one.metrics:
        return ""
    found = await same_store.foreseen_alerts(desk.tx, one.subject.device_id, one.metrics)
    told = [await same_store.take_over(desk.tx, row, alert.id, alert.episode) for row in found]
    return "It had been foreseen, and told. " if any(told) else ""


def _values(one: Occurrence, before: Alert | None) -> dict[str, Any]:
    state: State = before.state if before else "open"  # type: ignore[assignment]
    episode = before.episode if before else 0
    subject = one.subject
    return {
        "incident_id": one.incident_id,
        "state": state_after(one.what, state),
        "severity": subject.severity,
        "category": subject.category,
        "site_id": subject.site_id,
        "site_name": one.site_name,
        "device_id": subject.device_id,
        "device_name": one.device_name,
        "types": sorted(subject.types),
        "tags": sorted(subject.tags),
        "member_ids": sorted(subject.member_ids),
        "title": one.title,
        "words": one.words,
        "since": one.since,
        "opened_at": one.at,
        "changed_at": one.at,
        "episode": episode + (1 if one.what == "reopened" and before else 0),
    }


def subject_of(alert: Alert) -> Subject:
    return Subject(
        alert.severity,  # type: ignore[arg-type]
        alert.category,  # type: ignore[arg-type]
        alert.site_id,
        alert.device_id,
        frozenset(alert.types),
        frozenset(alert.tags),
        frozenset(alert.member_ids),
    )


async def _announce(desk: Desk, alert: Alert, what: str) -> None:
    news = {
        "incident_id": alert.incident_id,
        "what": what,
        "state": alert.state,
        "severity": alert.severity,
        "title": alert.title,
    }
    await live.announce(desk.tx, desk.tenant_id, "alert.changed", news)


async def _tell(desk: Desk, alert: Alert, what: str, rules: Iterable[Rule]) -> str:
    said = [await _by_rule(desk, alert, what, rule) for rule in rules]
    if not desk.channels:
        return NO_CHANNEL
    return " ".join(one for one in said if one) or none_is_about(desk.rules.values(), alert)


def none_is_about(rules: Iterable[Rule], alert: Alert) -> str:
    reasons = strangers(rules, subject_of(alert))
    return f"No rule is about this: {reasons}." if reasons else NO_RULE


async def _by_rule(desk: Desk, alert: Alert, what: str, rule: Rule) -> str:
    place = await desk.place(alert.site_id)
    verdict = decide(rule, subject_of(alert), place, desk.silences, desk.now)
    if verdict.kind == "no":
        return ""
    if verdict.kind == "tell":
        told = [await _put(desk, alert, one, what) for one in rule.channel_ids]
        if (at := escalates_at(rule, desk.now)) is not None and alert.state == "open":
            later = {"alert_id": alert.id, "rule_id": rule.id, "why": "escalation"}
            await alert_store.wait_once(desk.tx, later | {"silence_id": None, "due_at": at})
        return " ".join(told)
    why = "held" if verdict.kind == "hold" else "digest"
    later = {"alert_id": alert.id, "rule_id": rule.id, "why": why, "due_at": verdict.at}
    await alert_store.wait(desk.tx, later | {"silence_id": verdict.silence_id})
    assert verdict.at is not None
    return f"Not before {WallClock(place.zone).dated(verdict.at)}: {verdict.why}."


async def _tell_over(desk: Desk, alert: Alert) -> str:
    """Whoever heard of it hears that it is over, where a rule says so."""
    wanted: set[str] = set()
    for rule in desk.rules.values():
        if rule.tells_over and rule.digest == "none":
            wanted |= {*rule.channel_ids, *rule.escalate_channel_ids}
    told = await alert_store.told(desk.tx, alert)
    said = [
        await _put(desk, alert, channel, "over")
        for channel in sorted(wanted)
        if desk.channels.get(channel) in told
    ]
    return " ".join(said) or "Nobody had been told."


async def _put(desk: Desk, alert: Alert, channel: str, what: str, kind: str = "alert") -> str:
    """Into the channel's outbox: with what waits there already, or as a message of its own."""
    row, name = desk.channels.get(channel), desk.names.get(channel, channel)
    if row is None or not await alert_store.hold_channel(desk.tx, row):
        return f"{name} is switched off."
    notice = {
        "alert_id": alert.id,
        "channel_id": row,
        "what": what,
        "severity": alert.severity,
        "episode": alert.episode,
    }
    if await alert_store.is_told(desk.tx, notice):
        return f"{name} knows."
    delivery = await alert_store.open_delivery(desk.tx, row, kind, NOTICES_MAX)
    if delivery is None:
        delivery = await _new_delivery(desk, row, kind)
    await alert_store.add_notice(desk.tx, notice | {"at": desk.now, "delivery_id": delivery})
    return f"{name} is told."


async def _new_delivery(desk: Desk, channel: int, kind: str) -> int:
    recent = await alert_store.recent(desk.tx, channel, desk.now - WINDOW, desk.now)
    due = due_for(recent, desk.now)
    failing = await alert_store.failing_until(desk.tx, channel)
    values = {
        "public_id": new_public_id("ALERT", 3),
        "channel_id": channel,
        "kind": kind,
        "now": desk.now,
        "due_at": max(due, failing) if failing is not None else due,
    }
    return await alert_store.add_delivery(desk.tx, values)


# -- what comes later -------------------------------------------------------------------------


async def look_at_due(database: Database, now: datetime) -> None:
    """What was held, what comes in a digest, and what nobody has confirmed."""
    async with database.system() as tx:
        tenants = await alert_store.tenants_with_due(tx, now)
    for tenant_id in tenants:
        async with database.tenant(tenant_id) as tx:
            waits = await alert_store.take_due(tx, now, WAITS_AT_ONCE_MAX)
            if not waits:
                continue
            desk = await desk_of(tx, tenant_id, now)
            for one in waits:
                if one.rule_id in desk.rules:
                    await _look_at(desk, one, desk.rules[one.rule_id])


async def _look_at(desk: Desk, wait: Wait, rule: Rule) -> None:
    alert = await alert_store.held(desk.tx, wait.alert_id)
    if wait.why == "digest":
        # Of what was open before the rule, whoever is told hears of its end too.
        what = "digest" if rule.digest != "none" else "opened"
        for channel in rule.channel_ids:
            await _put(desk, alert, channel, what, "digest")
    elif wait.why == "escalation" and alert.state == "open":
        if silenced(desk.silences, subject_of(alert), desk.now) is not None:
            return
        for channel in rule.escalate_channel_ids:
            await _put(desk, alert, channel, "escalated")
    elif wait.why == "held" and alert.state == "open":
        what = "reopened" if alert.episode else "opened"
        await _by_rule(desk, alert, what, rule)
