"""What `homepot tariffs` does, and what it says of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal

from pydantic import ValidationError
from rich.table import Table

from homepot.access.caller import Caller, system_caller
from homepot.access.people import service as people
from homepot.core.clock import now
from homepot.core.process import Process
from homepot.core.terminal import refuse, run, say, show
from homepot.fleet.tariffs import service
from homepot.fleet.tariffs.schemas import TariffIn

Given = tuple[str | None, str | None, str | None]
_OPTIONS = {
    "downtime_cost_per_hour": "--downtime", "visit_cost": "--visit", "part_cost": "--part",
    "currency": "--currency", "site_id": "--site", "device_type": "--type",
}  # fmt: skip


def list_tariffs(tenant: str | None) -> None:
    async def work(process: Process) -> Table:
        table = Table("site", "type", "hour of downtime", "visit", "part", "currency", "said by")
        async with _caller(process, tenant) as caller:
            for one in await service.told(caller.tx):
                line = one.line
                amounts = (line.downtime_cost_per_hour, line.visit_cost, line.part_cost)
                table.add_row(
                    one.site_id or "every", line.device_type or "every",
                    *(_amount(amount) for amount in amounts), line.currency,
                    one.updated_by or "with the site",
                )  # fmt: skip
        return table

    table = run(work)
    if table.row_count:
        show(table)
    else:
        say("Nobody said what anything costs, so no cost is shown. `homepot tariffs set` says it.")


def set_tariff(
    tenant: str | None, site: str | None, device_type: str | None, given: Given, currency: str
) -> None:
    downtime, visit, part = given
    try:
        body = TariffIn.model_validate(
            {
                "site_id": site,
                "device_type": device_type,
                "downtime_cost_per_hour": downtime,
                "visit_cost": visit,
                "part_cost": part,
                "currency": currency,
            }
        )
    except ValidationError as wrong:
        first = wrong.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        refuse(f"{_OPTIONS.get(name, name)}: {first['msg'].removeprefix('Value error, ')}")

    async def work(process: Process) -> None:
        async with _caller(process, tenant) as caller:
            await service.say(caller, body.site_id, body.device_type, body.amounts(), now())

    run(work)
    say("Said. It holds from now on, for costs of the past too.")


def remove_tariff(tenant: str | None, site: str | None, device_type: str | None) -> None:
    async def work(process: Process) -> None:
        async with _caller(process, tenant) as caller:
            await service.forget(caller, site, device_type)

    run(work)
    say("Taken back.")


@asynccontextmanager
async def _caller(process: Process, tenant: str | None) -> AsyncIterator[Caller]:
    """Somebody at the server itself, in a transaction of the tenant."""
    async with process.database.system() as tx:
        tenant_id = (await people.tenant_named(tx, tenant)).id
    async with process.database.tenant(tenant_id) as tx:
        yield system_caller(tx, tenant_id, "homepot, on the server")


def _amount(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:,.2f}"
