"""What `homepot thresholds` does, and what it says of it."""

import asyncio
import json
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeVar

from rich.console import Console
from rich.table import Column, Table

from homepot.access.caller import Caller, system_caller
from homepot.access.people import service as people
from homepot.ai.thresholds import service
from homepot.ai.thresholds.logic import LIMITS, Thresholds
from homepot.ai.thresholds.schemas import DeviceThresholdsOut, LimitOut, TypeThresholdsOut
from homepot.core.errors import HomepotError
from homepot.core.log import configure_logging
from homepot.core.process import Process, opened
from homepot.core.settings import SettingsError, load_settings
from homepot.core.terminal import refuse
from homepot.core.terminal import say as tell

Result = TypeVar("Result")
_MEANT_MAX = 3
_KNOWN_MAX = 20
_SAID_BY = {"shipped": "the configuration", "type": "its type", "device": "the device itself"}
_out = Console(highlight=False, soft_wrap=True)


@dataclass(frozen=True)
class Whose:
    """A type or a device; neither is everything."""

    type: str | None
    device: str | None


@dataclass(frozen=True)
class At:
    """Somebody at the server itself, in a transaction of the tenant."""

    caller: Caller
    shipped: Mapping[str, Thresholds]


# -- showing ----------------------------------------------------------------------------------


def show(whose: Whose, tenant: str | None, *, as_json: bool) -> None:
    if whose.type and whose.device:
        refuse("Give --type or --device, not both.")

    async def work(at: At) -> tuple[list[TypeThresholdsOut], list[DeviceThresholdsOut]]:
        if whose.type:
            return [await _type_out(at, whose.type)], []
        if whose.device:
            return [], [await _device_out(at, whose.device)]
        told = await service.told(at.caller)
        types = [await _type_out(at, name) for name in told.types]
        return types, [await _device_out(at, one) for one in told.device_ids]

    types, devices = _run(tenant, work)
    if as_json:
        told: Any = {"types": _plain(types), "devices": _plain(devices)}
        if whose.type or whose.device:
            (told,) = told["types"] or told["devices"]
        _out.print(json.dumps(told), markup=False)
        return
    if types:
        _out.print(_scores(types))
    for one in devices:
        _tell_device(one)
    if not (whose.type or whose.device) and not devices:
        tell("Nothing was said of single devices.")


async def _type_out(at: At, name: str) -> TypeThresholdsOut:
    return TypeThresholdsOut.of(await service.of_type(at.caller, at.shipped, name))


async def _device_out(at: At, device_id: str) -> DeviceThresholdsOut:
    return DeviceThresholdsOut.of(await service.of_device(at.caller, at.shipped, device_id))


def _plain(found: Sequence[TypeThresholdsOut | DeviceThresholdsOut]) -> list[dict[str, Any]]:
    return [one.model_dump(mode="json", exclude_unset=True) for one in found]


def _scores(types: Sequence[TypeThresholdsOut]) -> Table:
    table = Table(Column("type", no_wrap=True), "healthy from", "critical below", "said by")
    for one in types:
        health = one.health
        by = "the type" if one.source == "type" else _SAID_BY[one.source]
        table.add_row(one.device_type, f"{health.healthy:g}", f"{health.warning:g}", by)
    return table


def _tell_device(one: DeviceThresholdsOut) -> None:
    health = one.health
    tell(
        f"{one.device_id} ({one.device_type}): healthy from {health.healthy:g}, critical below"
        f" {health.warning:g}, as {_SAID_BY[one.source]} says."
    )
    if not one.limits:
        tell("No metric of it has a limit.")
        return
    words = [name.replace("_", " ") for name in LIMITS]
    table = Table(Column("metric", no_wrap=True), "unit", *words, "said by")
    for limit in one.limits:
        table.add_row(limit.metric, limit.unit, *_figures(limit), _SAID_BY[limit.source])
    _out.print(table)


def _figures(limit: LimitOut) -> list[str]:
    figures = [getattr(limit, name) for name in LIMITS]
    return ["" if one is None else f"{one:g}" for one in figures]


# -- saying otherwise ---------------------------------------------------------------------------


def say(
    whose: Whose,
    scores: tuple[float | None, float | None],
    limits: Sequence[str],
    tenant: str | None,
) -> None:
    _require_one(whose)
    healthy, warning = scores
    if (healthy is None) != (warning is None):
        refuse("Give both --healthy and --warning, or neither.")
    given = _limits(limits)
    if healthy is None and not given:
        refuse("Say what holds: --healthy with --warning, or --limit.")
    said = None if healthy is None or warning is None else Thresholds(healthy, warning)

    async def work(at: At) -> None:
        await _require_known(at, whose, given)
        if whose.device:
            await service.add_of_device(at.caller, whose.device, said, given)
        elif whose.type:
            if said is not None:
                await service.say_of_type(at.caller, whose.type, said)
            if given:
                await service.limit_type(at.caller, whose.type, given)

    _run(tenant, work)
    tell("Said. Detection and health go by it within half a minute.")


async def _require_known(at: At, whose: Whose, metrics: Collection[str]) -> None:
    """A limit of a metric that nobody knows would never be looked at: it is a slip of the pen."""
    if whose.type and whose.type not in (known := await service.type_names(at.caller)):
        refuse(f"--type: there is no device type {whose.type!r}{_meant(whose.type, known)}")
    names = await service.metric_names(at.caller)
    for name in metrics:
        if name not in names:
            refuse(f"--limit: there is no metric {name!r}{_meant(name, names)}")


def _meant(word: str, known: Collection[str]) -> str:
    """
    >>> _meant("cpu", ["cpu_percent", "disk_percent"])
    '; did you mean cpu_percent?'
    >>> _meant("xyz", ["cpu_percent"])
    '; known are cpu_percent.'
    """
    begun = sorted(one for one in known if one.startswith(word))
    near = begun or get_close_matches(word, known, n=3)
    if near:
        return f"; did you mean {' or '.join(near[:_MEANT_MAX])}?"
    more = ", ..." if len(known) > _KNOWN_MAX else "."
    return f"; known are {', '.join(sorted(known)[:_KNOWN_MAX])}{more}"


def clear(whose: Whose, metrics: Sequence[str], tenant: str | None) -> None:
    _require_one(whose)

    async def work(at: At) -> bool:
        if whose.device:
            if metrics:
                return await service.forget_limits_of_device(at.caller, whose.device, metrics)
            return await service.forget_device(at.caller, whose.device)
        assert whose.type is not None
        if metrics:
            return await service.forget_limits_of_type(at.caller, whose.type, metrics)
        return await service.forget_type(at.caller, whose.type)

    tell("Taken back." if _run(tenant, work) else "Nothing of that had been said.")


def _limits(words: Sequence[str]) -> dict[str, dict[str, float | None]]:
    found: dict[str, dict[str, float | None]] = {}
    for word in words:
        name, is_given, number = word.partition("=")
        metric, _, limit = name.strip().rpartition(".")
        if not (is_given and metric) or limit not in LIMITS:
            refuse(
                f"--limit {word}: write METRIC.LIMIT=NUMBER, with {', '.join(LIMITS)} for LIMIT,"
                " such as cpu_percent.warning_above=60."
            )
        found.setdefault(metric, {})[limit] = _number(word, number.strip())
    return found


def _number(word: str, number: str) -> float | None:
    if number.lower() == "none":
        return None
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        refuse(f"--limit {word}: {number!r} is no number; none takes a limit away.")
    return value


def _require_one(whose: Whose) -> None:
    if bool(whose.type) == bool(whose.device):
        refuse("Say of what: --type NAME or --device ID.")


# -- running ------------------------------------------------------------------------------------


def _run(tenant: str | None, work: Callable[[At], Awaitable[Result]]) -> Result:
    async def run() -> Result:
        settings = load_settings()
        configure_logging("warning", settings.log_format)
        async with opened(settings) as process, _at(process, tenant) as at:
            return await work(at)

    try:
        return asyncio.run(run())
    except SettingsError as error:
        refuse(str(error))
    except HomepotError as error:
        refuse(f"{_metric(error)}{error.detail}")


def _metric(error: HomepotError) -> str:
    """Of which metric a refusal is, where it is of one's limits."""
    parts = [str(one["at"]).split(".") for one in error.extra.get("errors", ())]
    named = [part[2] for part in parts if len(part) > 3 and part[1] in ("limits", "metrics")]
    return f"{named[0]}: " if named else ""


@asynccontextmanager
async def _at(process: Process, tenant: str | None) -> AsyncIterator[At]:
    async with process.database.system() as tx:
        tenant_id = (await people.tenant_named(tx, tenant)).id
    async with process.database.tenant(tenant_id) as tx:
        caller = system_caller(tx, tenant_id, "homepot, on the server")
        yield At(caller, service.shipped(process.settings))
