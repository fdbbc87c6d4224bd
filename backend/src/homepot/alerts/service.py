"""Use cases of alerts for people: channels, rules, silences, and what became of each message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homepot.access import audit
from homepot.access.caller import Caller
from homepot.alerts import alert_store, delivery_store, store
from homepot.alerts.catching_up import catch_up, is_first
from homepot.alerts.delivery_store import Decision, Delivery, DeliveryQuery
from homepot.alerts.doors.addresses import WrongAddress, read
from homepot.alerts.silencing import OF_WHAT, of_what
from homepot.alerts.store import Channel, RuleRow, SilenceRow
from homepot.core.database import Connection, Database
from homepot.core.errors import BadInput, Conflict, NotFound
from homepot.core.ids import new_public_id
from homepot.core.settings import Settings
from homepot.fleet.changes import difference
from homepot.fleet.paging import list_mark, make_cursor, read_cursor
from homepot.fleet.sites import service as sites

CHANNELS_MAX = 50
RULES_MAX = 100
SILENCES_MAX = 500
DELIVERY_STATES = ("waiting", "sending", "sent", "failed", "dropped")
PAST_SILENCES_MAX = 500

__all__ = ["Channel", "Decision", "Delivery", "DeliveryPage", "RuleRow", "SilenceRow"]


def base_url(settings: Settings) -> str:
    """Where links in messages point."""
    if settings.public_url is not None:
        return settings.public_url
    host = "localhost" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


# -- channels ---------------------------------------------------------------------------------


async def channels(tx: Connection) -> list[Channel]:
    return await store.channels(tx)


async def channel(tx: Connection, public_id: str) -> Channel:
    found = [one for one in await store.channels(tx) if one.public_id == public_id]
    if not found:
        raise NotFound(f"There is no channel {public_id[:64]!r}.")
    return found[0]


async def create_channel(
    caller: Caller, values: Mapping[str, Any], now: datetime, *, has_broker: bool
) -> Channel:
    """A way to tell people; the first one gets a rule that uses it."""
    tx = caller.tx
    await store.hold_configuration(tx)
    present = await store.channels(tx)
    if len(present) >= CHANNELS_MAX:
        raise Conflict(f"There are {CHANNELS_MAX} channels already; remove one first.")
    _refuse_name(present, values["name"])
    target = _target(values, has_broker=has_broker)
    is_mail = target.pop("is_mail")
    given = {
        "public_id": new_public_id("CHANNEL", 2),
        "name": values["name"],
        "kind": values["kind"],
        "enabled": values["enabled"],
        "created_at": now,
        "length": values.get("length") or ("long" if is_mail else "short"),
    }
    made = await store.add(tx, Channel, given | target)
    await _record(
        caller, "alert_channel.created", f"alert_channel:{made.public_id}", name=made.name
    )
    if not await store.rules(tx):
        await _first_rule(caller, made, now)
    return made


def _refuse_name(present: Sequence[Channel], name: str, own_id: str | None = None) -> None:
    if any(one.name == name and one.public_id != own_id for one in present):
        raise Conflict(f"There is a channel {name!r} already; choose another name.")


def _target(values: Mapping[str, Any], *, has_broker: bool) -> dict[str, Any]:
    """Where a channel leads, checked; BadInput says what is wrong with it."""
    kind, url, topic = values["kind"], values.get("url"), values.get("topic")
    if kind == "service":
        if url is None:
            raise BadInput("A service needs an address, such as mailto://…", at="body.url")
        if topic is not None:
            raise BadInput("Only a channel of kind mqtt has a topic.", at="body.topic")
        return _read(url)
    if url is not None:
        raise BadInput(f"A channel of kind {kind} has no address.", at="body.url")
    if kind == "dashboard":
        if topic is not None:
            raise BadInput("Only a channel of kind mqtt has a topic.", at="body.topic")
        return {"shown": "the dashboards", "is_mail": False}
    if topic is None:
        raise BadInput("A channel of kind mqtt needs a topic.", at="body.topic")
    if not has_broker:
        problem = (
            "No MQTT broker is configured: set mqtt_url, or give another broker as a service"
            " with an address like mqtt://user:password@host/topic."
        )
        raise BadInput(problem, at="body.kind")
    return {"topic": topic, "shown": f"topic {topic}", "is_mail": False}


def _read(url: str) -> dict[str, Any]:
    try:
        address = read(url)
    except WrongAddress as error:
        raise BadInput(f"This address cannot be used: {error}.", at="body.url") from None
    shown = f"{address.service}, {address.shown}"
    return {"url": url, "shown": shown, "is_mail": address.is_mail}


async def _first_rule(caller: Caller, channel: Channel, now: datetime) -> None:
    values = {
        "name": "Everything from warning up",
        "severity_min": "warning",
        "opening": "always",
        "during_maintenance": False,
        "channel_ids": [channel.public_id],
        "digest": "none",
        "digest_at": "08:00",
        "timezone": "UTC",
        "tells_over": True,
    }
    await create_rule(caller, values, now)


async def change_channel(caller: Caller, public_id: str, values: Mapping[str, Any]) -> Channel:
    tx = caller.tx
    await store.hold_configuration(tx)
    present = await channel(tx, public_id)
    if "name" in values:
        _refuse_name(await store.channels(tx), values["name"], public_id)
    changes = dict(values)
    if "url" in changes or "topic" in changes:
        given = {"kind": present.kind, **{k: values.get(k) for k in ("url", "topic")}}
        target = _target(given, has_broker=True)
        target.pop("is_mail")
        changes |= target | {"failing_since": None, "problem": None}
    if not changes:
        return present
    changed = await store.change(tx, Channel, present.id, changes)
    # Names of what changed, never what: an address holds secrets.
    await _record(
        caller, "alert_channel.changed", f"alert_channel:{public_id}", changed=sorted(values)
    )
    return changed


async def remove_channel(caller: Caller, public_id: str, now: datetime) -> None:
    """Gone, its address with it; what was sent over it stays in the log."""
    tx = caller.tx
    await store.hold_configuration(tx)
    present = await channel(tx, public_id)
    gone = {"removed_at": now, "url": None, "enabled": False}
    await store.change(tx, Channel, present.id, gone)
    for rule in await store.rules(tx):
        without = {
            name: [one for one in getattr(rule, name) if one != public_id]
            for name in ("channel_ids", "escalate_channel_ids")
        }
        if any(without[name] != getattr(rule, name) for name in without):
            await store.change(tx, RuleRow, rule.id, without)
    name = present.name
    await _record(caller, "alert_channel.removed", f"alert_channel:{public_id}", name=name)


async def test_channel(caller: Caller, public_id: str, now: datetime) -> str:
    """Put a test into the outbox; the id of its delivery."""
    present = await channel(caller.tx, public_id)
    await alert_store.hold_channel(caller.tx, present.id)
    delivery_id = new_public_id("ALERT", 3)
    if not await delivery_store.add_test(caller.tx, present.id, delivery_id, now):
        raise Conflict("A test of this channel is under way; look at its deliveries.")
    await _record(
        caller, "alert_channel.tested", f"alert_channel:{public_id}", delivery_id=delivery_id
    )
    return delivery_id


# -- rules ------------------------------------------------------------------------------------


async def rules(tx: Connection) -> list[RuleRow]:
    return await store.rules(tx)


async def rule(tx: Connection, public_id: str) -> RuleRow:
    found = [one for one in await store.rules(tx) if one.public_id == public_id]
    if not found:
        raise NotFound(f"There is no rule {public_id[:64]!r}.")
    return found[0]


async def create_rule(caller: Caller, values: Mapping[str, Any], now: datetime) -> RuleRow:
    tx = caller.tx
    await store.hold_configuration(tx)
    if len(await store.rules(tx)) >= RULES_MAX:
        raise Conflict(f"There are {RULES_MAX} rules already; remove one first.")
    await _refuse_unknown(tx, values)
    _refuse_half_escalation(values)
    given = {**values, "public_id": new_public_id("RULE", 2), "created_at": now}
    made = await store.add(tx, RuleRow, given)
    await _record(caller, "alert_rule.created", f"alert_rule:{made.public_id}", name=made.name)
    await _catch_up(caller, made, now)
    return made


async def _catch_up(caller: Caller, rule: RuleRow, now: datetime) -> None:
    """The first rule that tells anybody tells of what is open still."""
    if is_first(rule, await store.rules(caller.tx)):
        await catch_up(caller.tx, caller.tenant_id, rule, now)


async def change_rule(
    caller: Caller, public_id: str, values: Mapping[str, Any], now: datetime
) -> RuleRow:
    tx = caller.tx
    await store.hold_configuration(tx)
    present = await rule(tx, public_id)
    await _refuse_unknown(tx, values)
    _refuse_half_escalation({**vars(present), **values})
    different = difference(vars(present), values)
    if not different:
        return present
    changed = await store.change(tx, RuleRow, present.id, values)
    await _record(caller, "alert_rule.changed", f"alert_rule:{public_id}", changed=different)
    if not (present.enabled and present.channel_ids):
        await _catch_up(caller, changed, now)
    return changed


async def remove_rule(caller: Caller, public_id: str) -> None:
    await store.hold_configuration(caller.tx)
    present = await rule(caller.tx, public_id)
    await store.remove_rule(caller.tx, present.id)
    await _record(caller, "alert_rule.removed", f"alert_rule:{public_id}", name=present.name)


async def _refuse_unknown(tx: Connection, values: Mapping[str, Any]) -> None:
    """What a rule names has to be there."""
    known = store.ids(await store.channels(tx))
    for name in ("channel_ids", "escalate_channel_ids"):
        for one in values.get(name) or ():
            if one not in known:
                raise BadInput(f"There is no channel {one!r}.", at=f"body.{name}")
    for one in values.get("site_ids") or ():
        try:
            await sites.find(tx, one)
        except NotFound as error:
            raise BadInput(error.detail, at="body.site_ids") from None


def _refuse_half_escalation(values: Mapping[str, Any]) -> None:
    if (values.get("escalate_after_min") is None) != (not values.get("escalate_channel_ids")):
        problem = "Give both escalate_after_min and escalate_channel_ids, or neither."
        raise BadInput(problem, at="body.escalate_after_min")


# -- silences ---------------------------------------------------------------------------------


async def silences(tx: Connection, now: datetime, *, past: bool) -> list[SilenceRow]:
    if past:
        return await store.past_silences(tx, PAST_SILENCES_MAX)
    return await store.silences(tx, now)


async def create_silence(caller: Caller, values: Mapping[str, Any], now: datetime) -> SilenceRow:
    tx = caller.tx
    await store.hold_configuration(tx)
    if values["until"] <= now:
        raise BadInput("That moment has passed; a silence ends later than now.", at="body.until")
    if len(await store.silences(tx, now)) >= SILENCES_MAX:
        raise Conflict(f"There are {SILENCES_MAX} silences already; end one first.")
    given = {
        **await of_what(tx, values),
        "public_id": new_public_id("SILENCE", 2),
        "created_by": caller.actor.name,
        "created_at": now,
    }
    made = await store.add(tx, SilenceRow, given)
    await _record(
        caller,
        "silence.created",
        f"silence:{made.public_id}",
        until=made.until.isoformat(),
        **{name: getattr(made, name) for name in OF_WHAT},
    )
    return made


async def end_silence(caller: Caller, public_id: str, now: datetime) -> SilenceRow:
    """What it held is told now, if it still lasts."""
    tx = caller.tx
    await store.hold_configuration(tx)
    present = await store.silence(tx, public_id)
    if present is None:
        raise NotFound(f"There is no silence {public_id[:64]!r}.")
    if present.until <= now:
        raise Conflict(f"The silence {public_id} is over already.")
    ended = await store.change(
        tx, SilenceRow, present.id, {"until": now, "ended_by": caller.actor.name}
    )
    await alert_store.silence_is_over(tx, present.id, now)
    await _record(caller, "silence.ended", f"silence:{public_id}")
    return ended


# -- what became of it ------------------------------------------------------------------------


@dataclass(frozen=True)
class DeliveryPage:
    items: list[Delivery]
    next_cursor: str | None


async def deliveries(
    tx: Connection,
    *,
    channel_id: str | None,
    incident_id: str | None,
    state: str | None,
    limit: int,
    cursor: str | None,
) -> DeliveryPage:
    """The newest first."""
    mark = list_mark("deliveries", channel_id, incident_id, state)
    before = read_cursor(cursor, mark, [int])[0] if cursor else None
    asked = DeliveryQuery(
        channel_id, incident_id, state, limit + 1, before if isinstance(before, int) else None
    )
    found = await delivery_store.page(tx, asked)
    shown = found[:limit]
    more = len(found) > limit
    return DeliveryPage(shown, make_cursor(mark, [shown[-1].id]) if more else None)


async def delivery(tx: Connection, public_id: str) -> Delivery:
    found = await delivery_store.find(tx, public_id)
    if found is None:
        raise NotFound(f"There is no delivery {public_id[:64]!r}.")
    return found


async def decisions(tx: Connection, incident_id: str | None, limit: int) -> list[Decision]:
    """What was decided of each thing that happened, and why; the newest first."""
    return await delivery_store.decisions(tx, incident_id, limit)


async def forget(database: Database, before: datetime) -> None:
    """Let go of what is over, some rows at a time."""
    step = 0
    while True:
        async with database.system() as tx:
            gone = await alert_store.forget(tx, step, before)
        if gone is None:
            break
        step += 1 if gone == 0 else 0
    async with database.system() as tx:
        await store.forget_silences(tx, before)


async def _record(caller: Caller, action: str, object_: str, **details: Any) -> None:
    await audit.record(caller, action=action, object_=object_, details=details)
