"""Use cases of thresholds: what holds, saying otherwise, taking it back."""

from collections.abc import Mapping
from dataclasses import dataclass

from homepot.access import audit
from homepot.access.caller import Caller
from homepot.ai.config import ai_config
from homepot.ai.thresholds import store
from homepot.ai.thresholds.logic import Ladder, Limits, Source, Thresholds, with_limits
from homepot.ai.thresholds.store import Said
from homepot.core.database import Connection
from homepot.core.errors import BadInput
from homepot.core.settings import Settings
from homepot.fleet.devices import service as devices
from homepot.fleet.types import service as types
from homepot.fleet.types.logic import TypeMetric, check_metric, metric_name_problem


@dataclass(frozen=True)
class OfType:
    device_type: str
    holds: Thresholds
    source: Source
    said: Thresholds | None


@dataclass(frozen=True)
class OfDevice:
    device_id: str
    device_type: str
    holds: Thresholds
    source: Source
    said: Thresholds | None
    said_limits: Limits
    # every metric that has a limit here
    limits: Mapping[str, TypeMetric]


def shipped(settings: Settings) -> dict[str, Thresholds]:
    """What the owner's configuration says, by device type; the empty name is for all others."""
    config = ai_config(settings).anomaly_detection
    known = {"": config.health_thresholds, **config.health_thresholds_of}
    return {name: Thresholds(one.healthy, one.warning) for name, one in known.items()}


async def ladder(tx: Connection, usual: Mapping[str, Thresholds]) -> Ladder:
    """All that holds, of every tenant that the transaction sees."""
    rows = await store.everything(tx)
    told = [(one, known) for one in rows if (known := one.thresholds) is not None]
    return Ladder(
        usual,
        {(one.tenant_id, one.device_type): known for one, known in told if one.device_type},
        {one.device_id: known for one, known in told if one.device_id is not None},
        {one.device_id: one.limits for one in rows if one.device_id is not None and one.limits},
    )


async def of_type(caller: Caller, usual: Mapping[str, Thresholds], name: str) -> OfType:
    kind = await types.device_type(caller.tx, name)
    said = await store.of_type(caller.tx, name)
    known = await ladder(caller.tx, usual)
    holds, source = known.of_type(caller.tenant_id, kind.name)
    return OfType(kind.name, holds, source, said.thresholds if said else None)


async def of_device(caller: Caller, usual: Mapping[str, Thresholds], device_id: str) -> OfDevice:
    tx = caller.tx
    device = await devices.find(tx, device_id)
    said = await store.of_device(tx, device.id)
    holds, source = (await ladder(tx, usual)).of(caller.tenant_id, device.type, device.id)
    limits = said.limits if said else {}
    metrics = await _metrics(tx, device.type, limits)
    return OfDevice(
        device.public_id,
        device.type,
        holds,
        source,
        said.thresholds if said else None,
        limits,
        {name: one for name, one in metrics.items() if _is_limited(one) or name in limits},
    )


async def say_of_type(caller: Caller, name: str, said: Thresholds) -> None:
    await types.device_type(caller.tx, name)
    _check(said)
    await store.save(caller.tx, Said(caller.tenant_id, name, None, said.healthy, said.warning, {}))
    await audit.record(
        caller,
        action="thresholds.changed",
        object_=f"device_type:{name}",
        details={"said": vars(said)},
    )


async def say_of_device(
    caller: Caller, device_id: str, said: Thresholds | None, limits: Limits
) -> None:
    device = await devices.find_for_change(caller.tx, device_id)
    if said is not None:
        _check(said)
    metrics = await _metrics(caller.tx, device.type, limits)
    for name in limits:
        if problem := metric_name_problem(name):
            raise BadInput(problem, at="body.limits")
        check_metric(metrics[name], f"body.limits.{name}")
    healthy, warning = (said.healthy, said.warning) if said else (None, None)
    row = Said(caller.tenant_id, None, device.id, healthy, warning, limits)
    await store.save(caller.tx, row)
    await audit.record(
        caller,
        action="thresholds.changed",
        object_=f"device:{device.public_id}",
        details={"said": vars(said) if said else None, "limits": limits},
    )


async def forget_type(caller: Caller, name: str) -> None:
    await types.device_type(caller.tx, name)
    if await store.forget_type(caller.tx, name):
        await audit.record(caller, action="thresholds.reset", object_=f"device_type:{name}")


async def forget_device(caller: Caller, device_id: str) -> None:
    device = await devices.find_for_change(caller.tx, device_id)
    if await store.forget_device(caller.tx, device.id):
        await audit.record(caller, action="thresholds.reset", object_=f"device:{device.public_id}")


async def _metrics(tx: Connection, kind: str, limits: Limits) -> dict[str, TypeMetric]:
    """The metrics of the type, and those that are limited beside, as the device has them."""
    known = dict((await types.device_type(tx, kind)).metrics)
    for name, said in limits.items():
        known[name] = with_limits(known.get(name, TypeMetric(name)), said)
    return known


def _is_limited(metric: TypeMetric) -> bool:
    limits = (
        metric.warning_above, metric.critical_above, metric.warning_below, metric.critical_below
    )  # fmt: skip
    return any(one is not None for one in limits)


def _check(said: Thresholds) -> None:
    if said.warning >= said.healthy:
        problem = f"warning ({said.warning:g}) must be below healthy ({said.healthy:g})"
        raise BadInput(problem, at="body.warning")
