"""Devices that are offline, as anomalies: those who send signs of life and no readings are missed
too. What is written is what connectivity knows, so nothing is missed by a crash.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from homepot.ai.anomaly_detection import offline_store as store
from homepot.ai.anomaly_detection.health import Evidence, analyze_device_health
from homepot.ai.anomaly_detection.watching import store as watching
from homepot.ai.anomaly_detection.watching.anomaly import Anomaly
from homepot.ai.anomaly_detection.watching.found import Muted
from homepot.ai.anomaly_detection.watching.silence import TOGETHER_S
from homepot.core.database import Connection
from homepot.fleet.sites.schedule import in_maintenance

# An engine's lives begin at 1.
OF_CONNECTIVITY = 0
VERSION = "connectivity"


async def look(tx: Connection, now: datetime) -> list[Anomaly]:
    """What changed since the last look; the transaction is the system's."""
    if not await store.take_turn(tx):
        return []
    sites = {one.id: one for one in await watching.sites(tx)}

    def is_muted(site_row: int) -> bool:
        site = sites[site_row]
        return in_maintenance(site.maintenance_windows, ZoneInfo(site.timezone), now)

    changed: list[dict[str, Any]] = await store.end(tx, now)
    for row in await store.muted(tx):
        if not is_muted(row["site_id"]):
            await watching.change(tx, row["id"], {"muted": None})
            changed.append(row | {"muted": None})
    gone = await store.gone(tx, now, TOGETHER_S)
    changed += [await _write(tx, one, is_muted(one.site_row), now) for one in gone]
    return [Anomaly.of(row) for row in changed]


async def _write(tx: Connection, one: store.Gone, is_muted: bool, now: datetime) -> dict[str, Any]:
    health = analyze_device_health(Evidence(is_offline=True))
    values: dict[str, Any] = {
        "tenant_id": one.tenant_id,
        "device_id": one.device_row,
        "site_id": one.site_row,
        "health_score": health.score,
        "status": health.status,
        "metrics": [],
        "kind": "silent",
        "severity": "warning",
        "p_value": 0.0,
        "started_at": one.since,
        "detected_at": now,
        "ended_at": None,
        "muted": Muted.MAINTENANCE.value if is_muted else None,
        "engine_version": VERSION,
        "generation": OF_CONNECTIVITY,
        "number": one.change,
        "created_at": now,
    }
    return values | {"id": await watching.add(tx, values)}
