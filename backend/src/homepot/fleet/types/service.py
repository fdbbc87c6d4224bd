"""Use cases of device types and the metric registry."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from homepot.access import audit
from homepot.access.caller import Caller
from homepot.core import live
from homepot.core.clock import now
from homepot.core.database import Connection
from homepot.core.errors import BadInput, NotFound
from homepot.fleet.types import store
from homepot.fleet.types.catalogue import shipped
from homepot.fleet.types.logic import (
    METRIC_FIELDS,
    DeviceType,
    Kind,
    Metric,
    Origin,
    accepted_names,
    check_metric,
    check_type,
    effective_metric,
    effective_type,
)

METRICS_MAX = 2_000
TYPES_MAX = 200
UNKNOWN_TYPE = "unknown"
_TYPE_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


class RegistryFull(BadInput):
    """The registry of metrics is full."""

    kind = "registry-full"


@dataclass(frozen=True)
class Registered:
    """A metric of the registry: what it is, where it came from, when a device first sent it."""

    metric: Metric
    origin: Origin
    first_seen_at: datetime | None


async def registry(tx: Connection) -> dict[str, Registered]:
    """Every metric this tenant can meet, by name: the shipped ones and its own."""
    catalogue = shipped().metrics
    found = {name: Registered(metric, Origin.SHIPPED, None) for name, metric in catalogue.items()}
    for row in await store.metric_rows(tx):
        found[row.name] = _registered(row)
    return dict(sorted(found.items()))


def _registered(row: store.MetricRow) -> Registered:
    metric = effective_metric(row.name, shipped().metrics.get(row.name), vars(row))
    return Registered(metric, Origin(row.origin), row.first_seen_at)


async def ensure_metrics(
    tx: Connection, names: Collection[str], seen_at: datetime | None = None
) -> dict[str, int]:
    """The id of each metric; those nobody knew register themselves.

    BadInput where a name breaks the rule, RegistryFull where the tenant has too many: then
    nothing was registered, and the caller's transaction goes on. `seen_at` None means declared
    by a person: nothing was sent yet.
    """
    wanted = accepted_names(names)
    known = await store.metrics_by_name(tx, wanted)
    ids = {name: metric_id for name, (metric_id, _) in known.items()}
    if seen_at and (unseen := [i for i, first_seen_at in known.values() if not first_seen_at]):
        await store.mark_seen(tx, unseen, seen_at)
    missing = [name for name in wanted if name not in known]
    if not missing:
        return ids
    new_origin = Origin.DISCOVERED if seen_at else Origin.DECLARED
    origins = [Origin.SHIPPED if name in shipped().metrics else new_origin for name in missing]
    added = await store.add_metrics(tx, missing, origins, seen_at, METRICS_MAX)
    if len(added) < len(missing):
        raise RegistryFull(
            f"There are {METRICS_MAX:,} metrics, the most that are kept; {len(missing)} new ones"
            f" were not registered, the first is {missing[0]!r}. Send metrics under fewer names.",
            at="metrics",
        )
    return ids | added


async def units(
    tx: Connection, tenant_id: int, said: Mapping[str, str], seen_at: datetime
) -> dict[str, str]:
    """In what these metrics are measured. Where nobody knew, what is said here stands from now on.

    A ratio is a part of 1, and nothing else.
    """
    ids = await ensure_metrics(tx, said.keys(), seen_at)
    found = await registry(tx)
    open_ = {
        name: said[name]
        for name in sorted(ids)
        if not found[name].metric.unit and found[name].metric.kind is not Kind.RATIO
    }
    if open_:
        for name in await store.claim_units(tx, open_):
            await live.announce(tx, tenant_id, "metric.changed", {"name": name})
        found = await registry(tx)
    return {name: found[name].metric.unit or "1" for name in said}


async def describe_metric(caller: Caller, name: str, said: Mapping[str, Any]) -> Registered:
    """Say what a metric is. A field that is None goes back to what is shipped or not known."""
    row = await store.metric_row(caller.tx, name)
    if row is None and name in shipped().metrics:
        await ensure_metrics(caller.tx, [name])
        row = await store.metric_row(caller.tx, name)
    if row is None:
        raise NotFound(f"There is no metric {name!r} in the registry.")
    values = {key: value for key, value in said.items() if key in METRIC_FIELDS}
    if not values:
        return _registered(row)
    changed = _registered(replace(row, **values))
    check_metric(changed.metric, "body")
    await store.say_of_metric(caller.tx, name, values)
    await live.announce(caller.tx, caller.tenant_id, "metric.changed", {"name": name})
    await audit.record(
        caller, action="metric.described", object_=f"metric:{name}", details={"said": values}
    )
    return changed


async def device_types(tx: Connection) -> list[DeviceType]:
    """Every type as it holds for this tenant: the shipped ones, then its own."""
    catalogue = shipped().types
    rows = {row.name: row for row in await store.type_rows(tx)}
    metrics = {name: entry.metric for name, entry in (await registry(tx)).items()} if rows else {}
    own = sorted(rows.keys() - catalogue.keys())
    return [_effective(name, rows.get(name), metrics) for name in [*catalogue, *own]]


async def device_type(tx: Connection, name: str) -> DeviceType:
    row = await store.type_row(tx, name)
    if row is None and name not in shipped().types:
        raise NotFound(f"There is no device type {name!r}; GET /api/device-types lists them.")
    metrics = {n: entry.metric for n, entry in (await registry(tx)).items()} if row else {}
    return _effective(name, row, metrics)


def _effective(name: str, row: store.TypeRow | None, metrics: Mapping[str, Metric]) -> DeviceType:
    catalogue = shipped().types.get(name)
    if row is None:
        assert catalogue is not None
        return catalogue
    return effective_type(name, catalogue, row.label, row.metrics, metrics)


async def is_type(tx: Connection, name: str) -> bool:
    return name in shipped().types or await store.type_row(tx, name) is not None


async def type_or_unknown(tx: Connection, name: str) -> str:
    """For what an agent says of itself: a type we do not know is the type `unknown`."""
    return name if await is_type(tx, name) else UNKNOWN_TYPE


async def require_type(tx: Connection, name: str, at: str = "body.type") -> None:
    if not await is_type(tx, name):
        own = {row.name for row in await store.type_rows(tx)}
        names = ", ".join(sorted(shipped().types.keys() | own))
        raise BadInput(f"There is no device type {name!r}; there are: {names}.", at=at)


async def adopt_type(caller: Caller, name: str) -> bool:
    """Take in a type nobody described, as metrics are: its name is its label until a person says
    more. Whether it is new; a name that can be no type's is for others to refuse."""
    if not _TYPE_NAME.fullmatch(name) or await is_type(caller.tx, name):
        return False
    await save_type(caller, name, name.replace("_", " ").capitalize(), {})
    return True


async def save_type(
    caller: Caller,
    name: str,
    label: str | None,
    changes: Mapping[str, Mapping[str, Any] | None],
) -> DeviceType:
    """The tenant's own words on a type, in place of what it said before."""
    tx = caller.tx
    if not _TYPE_NAME.fullmatch(name):
        problem = "a type's name has 1 to 64 of a-z 0-9 _ and starts with a letter"
        raise BadInput(problem, at="path.name")
    catalogue = shipped().types.get(name)
    known = await store.type_row(tx, name)
    if known is None and await store.count_types(tx) >= TYPES_MAX:
        raise BadInput(f"There are {TYPES_MAX} changed types, the most that are kept.")
    for metric, change in changes.items():
        if change is None and metric not in (catalogue.metrics if catalogue else {}):
            problem = "only a metric that this type ships with can be left out"
            raise BadInput(problem, at=f"body.metrics.{metric[:128]}")
    entries = {n: entry.metric for n, entry in (await registry(tx)).items()}
    changed = effective_type(name, catalogue, label, changes, entries)
    check_type(changed)
    await ensure_metrics(tx, [metric for metric, change in changes.items() if change is not None])
    await store.save_type(tx, store.TypeRow(name, label, changes), now())
    await _changed(caller, name, "device_type.changed", {"label": label, "metrics": dict(changes)})
    return changed


async def reset_type(caller: Caller, name: str) -> None:
    """Back to what is shipped; a type of the tenant's own is gone, its devices count as unknown."""
    if not await store.forget_type(caller.tx, name) and name not in shipped().types:
        raise NotFound(f"There is no device type {name!r}.")
    await _changed(caller, name, "device_type.reset", {})


async def _changed(caller: Caller, name: str, action: str, details: dict[str, Any]) -> None:
    await live.announce(caller.tx, caller.tenant_id, "device_type.changed", {"name": name})
    await audit.record(caller, action=action, object_=f"device_type:{name}", details=details)
