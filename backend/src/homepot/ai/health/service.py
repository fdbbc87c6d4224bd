"""Use cases of health: judge every device whose evidence changed, show one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homepot.ai.anomaly_detection import service as detection
from homepot.ai.anomaly_detection.service import Learned
from homepot.ai.health import store
from homepot.ai.health.logic import Judged, Known, differs, judged, shows_otherwise
from homepot.ai.health.store import Past, Written
from homepot.ai.incidents import service as incidents
from homepot.ai.thresholds import service as judging
from homepot.ai.thresholds.logic import Thresholds
from homepot.core import live
from homepot.core.database import Connection, Database
from homepot.fleet.devices import service as devices
from homepot.fleet.forgetting import forget_of_devices
from homepot.fleet.types.naming import names_of

HISTORY_MAX = 200


@dataclass(frozen=True)
class DeviceHealth:
    device_id: str
    shown: str
    now_: Written | None
    learned: Learned
    thresholds: Thresholds
    history: Sequence[Past]


async def judge(tx: Connection, usual: Mapping[str, Thresholds], now: datetime) -> int:
    """Write down every health that changed; how many those were. Of all tenants."""
    maintained = await detection.sites_in_maintenance(tx, now)
    ladder = await judging.ladder(tx, usual)
    changed: list[tuple[Known, Judged]] = []
    shown: list[tuple[Known, Judged]] = []
    evidence = await store.evidence(tx, maintained)
    names = await names_of(
        tx,
        {one.tenant_id for one in evidence},
        {metric["name"] for one in evidence for row in one.anomalies for metric in row["metrics"]},
    )
    normals = await incidents.normals(tx, {one.device_row for one in evidence})
    for known in evidence:
        found = judged(
            known,
            ladder.of(known.tenant_id, known.type, known.device_row)[0],
            names,
            normals.get(known.device_row, ()),
            in_maintenance=known.site_row in maintained,
        )
        if differs(known, found):
            changed.append((known, found))
        if shows_otherwise(known, found):
            shown.append((known, found))
    rows = [_row(known, found) for known, found in changed]
    await store.save(tx, rows, now)
    moved = [
        row
        for row, (known, found) in zip(rows, changed, strict=True)
        if (known.score, known.status) != (found.score, found.status)
    ]
    await store.remember(tx, moved, now)
    await store.show(
        tx,
        [
            {"device_id": known.device_row, "shown": found.shown, "reason": found.reason}
            for known, found in shown
        ],
    )
    news = [
        (known.tenant_id, "device.changed", {"device_id": known.public_id, "health": found.shown})
        for known, found in shown
        if known.shown != found.shown
    ]
    await live.announce_many(tx, news)
    return len(changed)


def _row(known: Known, found: Judged) -> dict[str, Any]:
    return {
        "device_id": known.device_row,
        "tenant_id": known.tenant_id,
        "score": found.score,
        "status": found.status,
        "reason": found.reason,
        "factors": [{**vars(one), "lost": one.lost} for one in found.factors],
    }


async def of_device(
    tx: Connection, tenant_id: int, device_id: str, usual: Mapping[str, Thresholds]
) -> DeviceHealth:
    device = await devices.find(tx, device_id)
    return DeviceHealth(
        device.public_id,
        device.health,
        await store.of_device(tx, device.id),
        await detection.learned(tx, device.id),
        (await judging.ladder(tx, usual)).of(tenant_id, device.type, device.id)[0],
        await store.history(tx, device.id, HISTORY_MAX),
    )


async def forget(database: Database, before: datetime) -> int:
    """How devices were before, but for how each was at that moment; the number of rows."""
    return await forget_of_devices(database, before, [store.forget])
