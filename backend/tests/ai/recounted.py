"""What the figures of a report must be: counted again in plain Python from all rows of the tables,
fetched without any condition but whose they are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from tests.ai.analysed import Past

LIVING = ("open", "confirmed")
_TABLES = {
    "devices": "select id, public_id, site_id, name, provenance from devices",
    "state": "select device_id, health from device_state",
    "health": "select device_id, score from device_health",
    "scores": "select device_id, at, score from device_health_history order by at, id",
    "changes": "select device_id, at, state from connectivity_changes order by at, id",
    "anomalies": "select device_id, started_at, ended_at, muted from ai_anomaly_logs",
    "incidents": "select device_id, site_id, started_at, ended_at, state, severity, public_id"
    " from incidents",
    "events": "select device_id, at, kind from device_events",
    "predictions": "select device_id, chance_14d, state from ai_predictions",
    "readings": "select m.device_id, m.ts, m.values, s.metrics from device_metrics as m"
    " join metric_sets as s on s.id = m.metric_set_id order by m.ts",
}


@dataclass
class Rows:
    of: dict[str, list[Any]]
    start: datetime
    end: datetime

    def mine(self, table: str, device: int) -> list[Any]:
        return [row for row in self.of[table] if row.device_id == device]

    def values(self, device: int, metric: str) -> list[float]:
        return [
            row.values[row.metrics.index(metric)]
            for row in self.mine("readings", device)
            if metric in row.metrics and self.start <= row.ts < self.end
        ]

    def seconds(self, device: int, start: datetime, end: datetime) -> dict[str, Any]:
        """How long it was in each state, and its outages."""
        changes = self.mine("changes", device)
        found: dict[str, Any] = {"online": 0.0, "offline": 0.0, "outages": []}
        for place, row in enumerate(changes):
            until = changes[place + 1].at if place + 1 < len(changes) else end
            length = (min(until, end) - max(row.at, start)).total_seconds()
            if length > 0 and row.state != "unknown":
                found[row.state] += length
                if row.state == "offline":
                    found["outages"].append(length)
        found["unknown"] = (end - start).total_seconds() - found["online"] - found["offline"]
        return found

    def touches(self, row: Any) -> bool:
        over = row.ended_at is not None and row.ended_at <= self.start
        return row.started_at < self.end and not over


async def rows_of(past: Past, content: Any) -> Rows:
    """For the period that a report is about."""
    start, end = (datetime.fromisoformat(content["period"][name]) for name in ("start", "end"))
    async with past.db.system() as tx:
        of = {name: list(await tx.execute(text(said))) for name, said in _TABLES.items()}
    return Rows(of, start, end)


def device_figures(rows: Rows, device: int, per_hour: float | None) -> dict[str, Any]:
    """All figures of a device's report."""
    names = {name for row in rows.mine("readings", device) for name in row.metrics}
    warm = rows.values(device, "temperature_celsius")
    known = rows.seconds(device, rows.start, rows.end)
    watched = known["online"] + known["offline"]
    struck = [row for row in rows.mine("incidents", device) if rows.touches(row)]
    deviated = [row for row in rows.mine("anomalies", device) if rows.touches(row)]
    average, lowest = _health(rows, device)
    now = [row.score for row in rows.mine("health", device)]
    chances = [row.chance_14d for row in rows.mine("predictions", device) if row.state == "open"]
    return {
        "uptime_percentage": 100 * known["online"] / watched if watched else None,
        "online_s": known["online"],
        "offline_s": known["offline"],
        "unknown_s": known["unknown"],
        "outages": len(known["outages"]),
        "longest_outage_s": max(known["outages"], default=0.0),
        "avg_temperature": sum(warm) / len(warm) if warm else None,
        "max_temperature": max(warm, default=None),
        "readings": sum(len(rows.values(device, name)) for name in names),
        "events_logged": _events(rows, [device]),
        "anomalies": sum(row.muted is None for row in deviated),
        "anomalies_muted": sum(row.muted is not None for row in deviated),
        "incidents": len(struck),
        "incidents_open": sum(row.state in LIVING for row in struck),
        "health_score": now[0] if now else None,
        "health_average": average,
        "health_lowest": lowest,
        "risk_score": max(chances, default=None),
        "downtime_cost": round(known["offline"] / 3600 * per_hour, 2)
        if watched and per_hour is not None
        else None,
    }


def fleet_figures(
    rows: Rows, devices: Sequence[int], site: int | None, per_hour: dict[int, tuple[float, str]]
) -> dict[str, Any]:
    """All figures of the report of a site, or of everything; what an hour costs is by site."""
    known = [rows.seconds(one, rows.start, rows.end) for one in devices]
    online, offline = (sum(one[name] for one in known) for name in ("online", "offline"))
    states = [row.health for row in rows.of["state"] if row.device_id in devices]
    scores = [row.score for row in rows.of["health"] if row.device_id in devices]
    deviated = [
        row for row in rows.of["anomalies"] if row.device_id in devices and rows.touches(row)
    ]
    struck = [
        row
        for row in rows.of["incidents"]
        if (site is None or row.site_id == site) and rows.touches(row)
    ]
    figures: dict[str, Any] = {
        "devices": len(devices),
        **{
            name: states.count(name)
            for name in ("healthy", "warning", "critical", "maintenance", "unknown")
        },
        "uptime_percentage": 100 * online / (online + offline) if online + offline else None,
        "online_s": online,
        "offline_s": offline,
        "unknown_s": sum(one["unknown"] for one in known),
        "outages": sum(len(one["outages"]) for one in known),
        "anomalies": sum(row.muted is None for row in deviated),
        "anomalies_muted": sum(row.muted is not None for row in deviated),
        "events_logged": _events(rows, devices),
        "incidents": len(struck),
        "incidents_open": sum(row.state in LIVING for row in struck),
        "foreseen": sum(row.device_id in devices for row in rows.of["predictions"]),
        "health_score": sum(scores) / len(scores) if scores else None,
    }
    at = {row.id: row.site_id for row in rows.of["devices"]}
    for one, times in zip(devices, known, strict=True):
        if at[one] in per_hour:
            amount, currency = per_hour[at[one]]
            name = f"downtime_cost_{currency}"
            cost = round(times["offline"] / 3600 * amount, 2)
            figures[name] = figures.get(name, 0.0) + cost
    return figures


def _events(rows: Rows, devices: Iterable[int]) -> int:
    return sum(
        row.device_id in devices and rows.start <= row.at < rows.end and row.kind != "notice"
        for row in rows.of["events"]
    )


def _health(rows: Rows, device: int) -> tuple[float | None, float | None]:
    """Each minute's score, so that a slip of the weighing is not made again here."""
    scores = rows.mine("scores", device)
    seen: list[float] = []
    at = rows.start
    while at < rows.end:
        before = [row.score for row in scores if row.at <= at]
        if before:
            seen.append(before[-1])
        at += timedelta(minutes=1)
    return (sum(seen) / len(seen), min(seen)) if seen else (None, None)
