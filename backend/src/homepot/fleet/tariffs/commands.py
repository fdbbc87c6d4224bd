"""What `homepot tariffs` does, and what it says of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import NoReturn, TypeVar

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from homepot.access.caller import Caller, system_caller
from homepot.access.people import service as people
from homepot.core.clock import now
from homepot.core.errors import HomepotError
from homepot.core.log import configure_logging
from homepot.core.process import Process, opened
from homepot.core.settings import SettingsError, load_settings
from homepot.fleet.tariffs import service
from homepot.fleet.tariffs.schemas import TariffIn

Result = TypeVar("Result")
Given = tuple[str | None, str | None, str | None]
_OPTIONS = {
    "downtime_cost_per_hour": "--downtime", "visit_cost": "--visit", "part_cost": "--part",
    "currency": "--currency", "site_id": "--site", "device_type": "--type",
}  # fmt: skip
_out = Console(highlight=False, soft_wrap=True)
_errors = Console(stderr=True, highlight=False, soft_wrap=True)


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

    table = _run(work)
    if table.row_count:
        _out.print(table)
    else:
        _say("Nobody said what anything costs, so no cost is shown. `homepot tariffs set` says it.")


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
        _refuse(f"{_OPTIONS.get(name, name)}: {first['msg'].removeprefix('Value error, ')}")

    async def work(process: Process) -> None:
        async with _caller(process, tenant) as caller:
            await service.say(caller, body.site_id, body.device_type, body.amounts(), now())

    _run(work)
    _say("Said. It holds from now on, for costs of the past too.")


def remove_tariff(tenant: str | None, site: str | None, device_type: str | None) -> None:
    async def work(process: Process) -> None:
        async with _caller(process, tenant) as caller:
            await service.forget(caller, site, device_type)

    _run(work)
    _say("Taken back.")


@asynccontextmanager
async def _caller(process: Process, tenant: str | None) -> AsyncIterator[Caller]:
    """Somebody at the server itself, in a transaction of the tenant."""
    async with process.database.system() as tx:
        tenant_id = (await people.tenant_named(tx, tenant)).id
    async with process.database.tenant(tenant_id) as tx:
        yield system_caller(tx, tenant_id, "homepot, on the server")


def _amount(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:,.2f}"


def _run(work: Callable[[Process], Awaitable[Result]]) -> Result:
    async def run() -> Result:
        settings = load_settings()
        configure_logging("warning", settings.log_format)
        async with opened(settings) as process:
            return await work(process)

    try:
        return asyncio.run(run())
    except SettingsError as error:
        _refuse(str(error))
    except HomepotError as error:
        _refuse(error.detail)


def _say(words: str) -> None:
    _out.print(words, markup=False)


def _refuse(words: str) -> NoReturn:
    _errors.print(words, markup=False)
    raise typer.Exit(1)
