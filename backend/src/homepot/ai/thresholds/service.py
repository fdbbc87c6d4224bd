"""Use cases of thresholds: what holds, saying otherwise, taking it back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from homepot.access import audit
from homepot.access.caller import Caller
from homepot.ai.config import ai_config
from homepot.ai.thresholds import store
from homepot.ai.thresholds.logic import LIMITS, Ladder, Limits, Source, Thresholds, with_limits
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


@dataclass(frozen=True)
class Told:
    """Of what thresholds can be shown: every type, and the devices that have their own."""

    types: Sequence[str]
    device_ids: Sequence[str]


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


async def add_of_device(
    caller: Caller, device_id: str, said: Thresholds | None, limits: Limits
) -> None:
    """Besides what was said of it before."""
    device = await devices.find_for_change(caller.tx, device_id)
    before = await store.of_device(caller.tx, device.id)
    known = before.limits if before else {}
    said = said or (before.thresholds if before else None)
    await say_of_device(caller, device.public_id, said, _joined(known, limits))


async def limit_type(caller: Caller, name: str, limits: Limits) -> None:
    """Limits of a type stand with the type; the rest of it stays as it is."""
    kind = await types.device_type(caller.tx, name)
    changes = dict(kind.changed)
    for metric, said in limits.items():
        changes[metric] = {**(changes.get(metric) or {}), **said}
    await types.save_type(caller, name, kind.label if kind.label_changed else None, changes)


async def forget_type(caller: Caller, name: str) -> bool:
    """Whether something had been said."""
    await types.device_type(caller.tx, name)
    was_said = await store.forget_type(caller.tx, name)
    if was_said:
        await audit.record(caller, action="thresholds.reset", object_=f"device_type:{name}")
    return was_said


async def forget_device(caller: Caller, device_id: str) -> bool:
    """Whether something had been said."""
    device = await devices.find_for_change(caller.tx, device_id)
    was_said = await store.forget_device(caller.tx, device.id)
    if was_said:
        await audit.record(caller, action="thresholds.reset", object_=f"device:{device.public_id}")
    return was_said


async def forget_limits_of_device(caller: Caller, device_id: str, metrics: Collection[str]) -> bool:
    """Of these metrics alone; whether something had been said."""
    device = await devices.find_for_change(caller.tx, device_id)
    said = await store.of_device(caller.tx, device.id)
    kept = {k: one for k, one in said.limits.items() if k not in metrics} if said else {}
    if said is None or len(kept) == len(said.limits):
        return False
    await say_of_device(caller, device.public_id, said.thresholds, kept)
    return True


async def forget_limits_of_type(caller: Caller, name: str, metrics: Collection[str]) -> bool:
    """Of these metrics alone; whether something had been said."""
    kind = await types.device_type(caller.tx, name)
    changes = dict(kind.changed)
    for metric in metrics:
        if own := changes.get(metric):
            changes[metric] = {k: v for k, v in own.items() if k not in LIMITS}
    if changes == kind.changed:
        return False
    await types.save_type(caller, name, kind.label if kind.label_changed else None, changes)
    return True


async def told(caller: Caller) -> Told:
    """All types, and the devices of which something was said themselves."""
    rows = await store.everything(caller.tx)
    own = [one.device_id for one in rows if one.device_id is not None]
    return Told(await type_names(caller), await store.public_ids(caller.tx, own))


async def type_names(caller: Caller) -> list[str]:
    return [kind.name for kind in await types.device_types(caller.tx)]


async def metric_names(caller: Caller) -> list[str]:
    """Every metric that a device can report, as far as it is known."""
    return list(await types.registry(caller.tx))


def _joined(known: Limits, more: Limits) -> Limits:
    """
    >>> _joined({"a": {"warning_above": 1.0}}, {"a": {"critical_above": 2.0}})
    {'a': {'warning_above': 1.0, 'critical_above': 2.0}}
    """
    return {name: {**known.get(name, {}), **more.get(name, {})} for name in {**known, **more}}


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
