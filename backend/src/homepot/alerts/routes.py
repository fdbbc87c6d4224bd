"""HTTP of alerts: channels, rules, silences, and what became of each message."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request

from homepot.access.guard import Caller, allow, process_of
from homepot.access.permissions import Permission
from homepot.alerts import service
from homepot.alerts.schemas import (
    ChannelChange,
    ChannelNew,
    ChannelOut,
    DecisionOut,
    DecisionQuery,
    DeliveryListQuery,
    DeliveryPageOut,
    RuleChange,
    RuleNew,
    RuleOut,
    SilenceNew,
    SilenceOut,
    SilenceQuery,
    TestOut,
)
from homepot.core.clock import now
from homepot.core.http.problems import documented
from homepot.fleet.fields import PublicId

router = APIRouter(prefix="/api/alerts", tags=["alerts"])

Reader = Annotated[Caller, allow(Permission.FLEET_READ)]
Writer = Annotated[Caller, allow(Permission.ALERTS_WRITE)]
_LISTING = documented(401, 403, 422)
_READING = documented(401, 403, 404, 422)
_CHANGING = documented(401, 403, 404, 409, 422)


@router.get("/channels", responses=_LISTING)
async def list_channels(caller: Reader) -> list[ChannelOut]:
    """Where alerts can go, without addresses."""
    return [ChannelOut.of(one) for one in await service.channels(caller.tx)]


@router.post("/channels", status_code=201, responses=documented(401, 403, 409, 422))
async def create_channel(request: Request, caller: Writer, body: ChannelNew) -> ChannelOut:
    """A new way to tell people; the first one gets a rule. Try it with POST …/test."""
    has_broker = process_of(request).settings.mqtt_url is not None
    made = await service.create_channel(caller, body.values(), now(), has_broker=has_broker)
    return ChannelOut.of(made)


@router.get("/channels/{channel_id}", responses=_READING)
async def get_channel(caller: Reader, channel_id: PublicId) -> ChannelOut:
    return ChannelOut.of(await service.channel(caller.tx, channel_id))


@router.patch("/channels/{channel_id}", responses=_CHANGING)
async def change_channel(caller: Writer, channel_id: PublicId, body: ChannelChange) -> ChannelOut:
    """What is not named stays as it is."""
    return ChannelOut.of(await service.change_channel(caller, channel_id, body.said()))


@router.delete("/channels/{channel_id}", status_code=204, responses=_READING)
async def remove_channel(caller: Writer, channel_id: PublicId) -> None:
    """Its address is forgotten; the log of what was sent stays."""
    await service.remove_channel(caller, channel_id, now())


@router.post("/channels/{channel_id}/test", status_code=202, responses=_CHANGING)
async def test_channel(caller: Writer, channel_id: PublicId) -> TestOut:
    """Send a test, once; its delivery says within seconds whether it arrived, and why not."""
    return TestOut(delivery_id=await service.test_channel(caller, channel_id, now()))


@router.get("/rules", responses=_LISTING)
async def list_rules(caller: Reader) -> list[RuleOut]:
    return [RuleOut.of(one) for one in await service.rules(caller.tx)]


@router.post("/rules", status_code=201, responses=documented(401, 403, 409, 422))
async def create_rule(caller: Writer, body: RuleNew) -> RuleOut:
    """Who is told of which incidents, and when."""
    return RuleOut.of(await service.create_rule(caller, body.values(), now()))


@router.get("/rules/{rule_id}", responses=_READING)
async def get_rule(caller: Reader, rule_id: PublicId) -> RuleOut:
    return RuleOut.of(await service.rule(caller.tx, rule_id))


@router.patch("/rules/{rule_id}", responses=_READING)
async def change_rule(caller: Writer, rule_id: PublicId, body: RuleChange) -> RuleOut:
    """What is not named stays as it is."""
    return RuleOut.of(await service.change_rule(caller, rule_id, body.said(), now()))


@router.delete("/rules/{rule_id}", status_code=204, responses=_READING)
async def remove_rule(caller: Writer, rule_id: PublicId) -> None:
    await service.remove_rule(caller, rule_id)


@router.get("/silences", responses=_LISTING)
async def list_silences(
    caller: Reader, asked: Annotated[SilenceQuery, Query()]
) -> list[SilenceOut]:
    """Those that last."""
    found = await service.silences(caller.tx, now(), past=asked.past)
    return [SilenceOut.of(one) for one in found]


@router.post("/silences", status_code=201, responses=documented(401, 403, 409, 422))
async def create_silence(caller: Writer, body: SilenceNew) -> SilenceOut:
    """Hold what fits until the silence ends; what lasts longer is told then."""
    at = now()
    values = body.model_dump(exclude={"for_min"})
    values["until"] = at + timedelta(minutes=body.for_min)
    return SilenceOut.of(await service.create_silence(caller, values, at))


@router.delete("/silences/{silence_id}", responses=_CHANGING)
async def end_silence(caller: Writer, silence_id: PublicId) -> SilenceOut:
    """End it now."""
    return SilenceOut.of(await service.end_silence(caller, silence_id, now()))


@router.get("/deliveries", responses=_LISTING)
async def list_deliveries(
    caller: Reader, asked: Annotated[DeliveryListQuery, Query()]
) -> DeliveryPageOut:
    """Each message with every attempt and what came of it, the newest first."""
    found = await service.deliveries(
        caller.tx,
        channel_id=asked.channel_id,
        incident_id=asked.incident_id,
        state=asked.state,
        limit=asked.limit,
        cursor=asked.cursor,
    )
    return DeliveryPageOut.of(found)


@router.get("/decisions", responses=_LISTING)
async def list_decisions(
    caller: Reader, asked: Annotated[DecisionQuery, Query()]
) -> list[DecisionOut]:
    """Why somebody was told of an incident, or was not; the newest first."""
    found = await service.decisions(caller.tx, asked.incident_id, asked.limit)
    return [DecisionOut.of(one) for one in found]
