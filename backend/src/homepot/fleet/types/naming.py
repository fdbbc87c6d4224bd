"""What people call the metrics of many devices at once, of all tenants that a transaction sees."""

from collections.abc import Collection
from dataclasses import dataclass, field

from homepot.core.database import Connection
from homepot.fleet.types import store
from homepot.fleet.types.catalogue import shipped
from homepot.fleet.types.logic import Kind, Metric, effective_metric, readable


@dataclass(frozen=True)
class Called:
    """A metric by its label, and whether it is a part of 1, which people say in percent."""

    label: str
    is_ratio: bool = False

    @classmethod
    def of(cls, metric: Metric) -> "Called":
        return cls(metric.label or readable(metric.name), metric.kind is Kind.RATIO)


@dataclass(frozen=True)
class Names:
    """What tenants, and the types of their devices, call metrics."""

    of_types: dict[tuple[int, str, str], Called] = field(default_factory=dict)
    of_tenants: dict[tuple[int, str], Called] = field(default_factory=dict)

    def called(self, tenant_id: int, device_type: str, metric: str) -> Called:
        """By the type of the device, else as the tenant has it, else as it is shipped; else its
        own name, spelled out.

        >>> Names().called(1, "pos_terminal", "disk_percent").label
        'Disk used'
        >>> Names().called(1, "pos_terminal", "queue_length").label
        'queue length'
        """
        said = self.of_types.get((tenant_id, device_type, metric))
        said = said or self.of_tenants.get((tenant_id, metric))
        kind = shipped().types.get(device_type)
        known = (kind.metrics.get(metric) if kind else None) or shipped().metrics.get(metric)
        return said or Called.of(known or Metric(metric))


async def names_of(tx: Connection, tenant_ids: Collection[int], metrics: Collection[str]) -> Names:
    """What these tenants say of these metrics; the rest is shipped."""
    wanted = sorted(set(metrics))
    of_tenants = {
        (tenant_id, name): Called.of(
            effective_metric(name, shipped().metrics.get(name), {"label": label, "kind": kind})
        )
        for tenant_id, name, label, kind in await store.named(tx, tenant_ids, wanted)
    }
    of_types = {}
    for tenant_id, device_type, said in await store.types_of(tx, tenant_ids):
        for name in wanted:
            change = said.get(name)
            if change and (change.get("label") or change.get("kind")):
                kind = shipped().types.get(device_type)
                known = kind.metrics.get(name) if kind else shipped().metrics.get(name)
                metric = effective_metric(name, known, change)
                of_types[tenant_id, device_type, name] = Called.of(metric)
    return Names(of_types, of_tenants)
