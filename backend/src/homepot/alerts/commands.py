"""What `homepot alerts` does, and what it says of it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from rich.table import Column, Table

from homepot.access.caller import Caller, system_caller
from homepot.access.people import service as people
from homepot.alerts import service
from homepot.alerts.delivery_store import Delivery
from homepot.alerts.store import Channel
from homepot.core.clock import now
from homepot.core.process import Process
from homepot.core.terminal import refuse, run, say, show

_LOOK_EVERY_S = 0.5


def list_channels(tenant: str | None) -> None:

    async def work(process: Process) -> Table:
        async with caller_of(process, tenant) as caller:
            rules = await service.rules(caller.tx)
            table = Table(Column("channel", no_wrap=True), "name", "leads to", "state", "rules")
            for one in await service.channels(caller.tx):
                ids = [
                    rule.name
                    for rule in rules
                    if rule.enabled
                    and one.public_id in (*rule.channel_ids, *rule.escalate_channel_ids)
                ]
                table.add_row(
                    one.public_id, one.name, one.shown, _state(one), ", ".join(ids) or "none"
                )
            return table

    table = run(work)
    if table.row_count:
        show(table)
    else:
        say(
            "There is no channel: nobody is told of incidents. POST /api/alerts/channels makes one."
        )


def send_test(channel: str, tenant: str | None, within_s: float) -> None:
    async def work(process: Process) -> Delivery:
        async with caller_of(process, tenant) as caller:
            known = await service.channels(caller.tx)
            found = next((one for one in known if channel in (one.public_id, one.name)), None)
            if found is None:
                refuse(f"There is no channel {channel!r}; `homepot alerts list` shows them.")
            delivery_id = await service.test_channel(caller, found.public_id, now())
        until = time.monotonic() + within_s
        while True:
            async with caller_of(process, tenant) as caller:
                delivery = await service.delivery(caller.tx, delivery_id)
            if delivery.state in ("sent", "failed", "dropped") or time.monotonic() >= until:
                return delivery
            await asyncio.sleep(_LOOK_EVERY_S)

    delivery = run(work)
    if delivery.state == "sent":
        say(f"The test was taken by {delivery.channel_name}.")
        return
    if delivery.problem:
        refuse(f"The test did not arrive: {delivery.problem}")
    refuse(
        f"The test {delivery.public_id} is still in the outbox. It is sent while HOMEPOT runs;"
        " `homepot alerts deliveries` tells what became of it."
    )


def list_deliveries(tenant: str | None, state: str | None, limit: int) -> None:
    if state is not None and state not in service.DELIVERY_STATES:
        refuse(f"--state is one of {', '.join(service.DELIVERY_STATES)}.")

    async def work(process: Process) -> Table:
        table = Table("made at", "channel", "state", "attempts", "about", "problem")
        async with caller_of(process, tenant) as caller:
            page = await service.deliveries(
                caller.tx, channel_id=None, incident_id=None, state=state, limit=limit, cursor=None
            )
        for one in page.items:
            about = ", ".join(one.incident_ids) or one.kind
            table.add_row(
                _moment(one.created_at), one.channel_name, one.state, str(one.attempts), about,
                one.problem or "",
            )  # fmt: skip
        return table

    table = run(work)
    if table.row_count:
        show(table)
    else:
        say("There is no such message.")


@asynccontextmanager
async def caller_of(process: Process, tenant: str | None) -> AsyncIterator[Caller]:
    """Somebody at the server itself, in a transaction of the tenant."""
    async with process.database.system() as tx:
        tenant_id = (await people.tenant_named(tx, tenant)).id
    async with process.database.tenant(tenant_id) as tx:
        yield system_caller(tx, tenant_id, "homepot, on the server")


def _state(one: Channel) -> str:
    if not one.enabled:
        return "switched off"
    if one.failing_since is not None:
        return f"failing since {_moment(one.failing_since)}: {one.problem}"
    return f"last sent {_moment(one.last_sent_at)}" if one.last_sent_at else "nothing sent yet"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
