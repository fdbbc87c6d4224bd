"""A site with a past: what its devices measured, how they were heard from, what befell them; told
to the product, and read back raw for what plain Python makes of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import text

from homepot.core.clock import now
from homepot.core.database import Database
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.intake.service import Intake
from homepot.telemetry.rollups.service import catch_up

Reading = tuple[datetime, dict[str, float]]


async def made(answer: httpx.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json()


@dataclass
class Past:
    db: Database
    client: httpx.AsyncClient
    archive: Archive
    intake: Intake
    tenant: int = 0
    site_row: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    numbers: int = 0

    async def site(self, site_id: str, zone: str = "UTC", **more: Any) -> None:
        body = {"site_id": site_id, "name": site_id.title(), "timezone": zone, **more}
        await made(await self.client.post("/api/sites", json=body))
        async with self.db.system() as tx:
            newest = (
                "select tenant_id, id from sites where public_id = :id order by id desc limit 1"
            )
            found = await tx.execute(text(newest), {"id": site_id})
            self.tenant, self.site_row = found.one()

    async def device(self, site_id: str, name: str, kind: str = "gateway", **more: Any) -> str:
        body = {"device_id": name, "name": name, "type": kind, "site_id": site_id, **more}
        await made(await self.client.post("/api/devices", json=body))
        await made(await self.client.post(f"/api/devices/{name}/activate"))
        async with self.db.system() as tx:
            found = await tx.execute(
                text("select id from devices where public_id = :id and tenant_id = :tenant"),
                {"id": name, "tenant": self.tenant},
            )
            self.rows[name] = found.scalar_one()
        return name

    async def measure(self, device: str, readings: Sequence[Reading]) -> None:
        rows = [
            {"device_id": device, "timestamp": at.isoformat(), "metrics": dict(values)}
            for at, values in readings
        ]
        for first in range(0, len(rows), 2_000):
            await made(await self.client.post("/api/telemetry", json=rows[first : first + 2_000]))
        await self.intake.aftermath.write(now())

    async def roll_up(self) -> None:
        await catch_up(self.db, now(), self.archive)

    async def heard(self, device: str, changes: Sequence[tuple[datetime, str]]) -> None:
        """From the first moment on it was in the first state, and so on."""
        before = "unknown"
        for at, state in changes:
            await self._run(
                "insert into connectivity_changes (tenant_id, device_id, at, state, previous)"
                " values (:tenant, :device, :at, :state, :before)",
                device=self.rows[device], at=at, state=state, before=before,
            )  # fmt: skip
            before = state

    async def anomaly(
        self, device: str, at: datetime, until: datetime | None, muted: str | None = None
    ) -> None:
        self.numbers += 1
        metrics = [{"name": "temperature_celsius", "kind": "step"}]
        await self._run(
            "insert into ai_anomaly_logs (tenant_id, device_id, site_id, health_score, status,"
            " metrics, kind, severity, p_value, started_at, detected_at, ended_at, muted,"
            " engine_version, generation, number) values (:tenant, :device, :site, 0.7, 'warning',"
            " cast(:metrics as jsonb), 'step', 'warning', 1e-9, :at, :at, :until, :muted, '1', 1,"
            " :number)",
            device=self.rows[device], site=self.site_row, metrics=json.dumps(metrics), at=at,
            until=until, muted=muted, number=self.numbers,
        )  # fmt: skip

    async def incident(
        self,
        device: str,
        at: datetime,
        until: datetime | None,
        *,
        category: str = "temperature",
        resolution: str | None = None,
        worked: bool | None = None,
    ) -> str:
        self.numbers += 1
        state = "open" if until is None else "resolved" if resolution else "closed"
        given = {
            "id": f"INC-{self.numbers:05}", "site": self.site_row, "device": self.rows[device],
            "state": state, "category": category, "at": at, "until": until,
            "resolution": resolution, "worked": worked, "changed": until or at,
        }  # fmt: skip
        await self._run(
            "insert into incidents (tenant_id, public_id, site_id, device_id, state, category,"
            " severity, title, description, search, started_at, opened_at, ended_at, changed_at,"
            " resolution, worked) values (:tenant, :id, :site, :device, :state, :category,"
            " 'warning', 'too warm', 'temperature was too high', '', :at, :at, :until, :changed,"
            " :resolution, :worked)",
            **given,
        )
        return str(given["id"])

    async def scored(self, device: str, steps: Sequence[tuple[datetime, float]]) -> None:
        for at, score in steps:
            status = "healthy" if score >= 0.8 else "warning" if score >= 0.4 else "critical"
            given = {"device": self.rows[device], "at": at, "score": score, "status": status}
            await self._run(
                "insert into device_health_history (tenant_id, device_id, at, score, status)"
                " values (:tenant, :device, :at, :score, :status)",
                **given,
            )
            await self._run(
                "insert into device_health (tenant_id, device_id, score, status, factors, since)"
                " values (:tenant, :device, :score, :status, '[]', :at) on conflict (device_id)"
                " do update set score = excluded.score, status = excluded.status",
                **given,
            )
            await self._run(
                "update device_state set health = :status where device_id = :device"
                " and tenant_id = :tenant",
                device=self.rows[device], status=status,
            )  # fmt: skip

    async def foreseen(self, device: str, crosses_at: datetime, chance: float) -> None:
        """A disk that will be full, as the last look at the fleet left it."""
        await self._run(
            "insert into ai_predictions (tenant_id, public_id, device_id, metric, limit_name,"
            " limit_value, unit, label, state, severity, crosses_at, lower_at, upper_at, chance_7d,"
            " chance_14d, chance_30d, level, growth, rate_per_day, onset_at, first_at,"
            " predicted_at) values (:tenant, :id, :device, 'disk_percent', 'critical_above', 95,"
            " '%', 'Disk used', 'open', 'critical', :at, :low, :high, 0.1, :chance, :chance, 80,"
            " 20, 1.5, :since, :since, :since)",
            id=f"PREDICTION-{device}", device=self.rows[device], at=crosses_at, chance=chance,
            low=crosses_at - timedelta(days=2), high=crosses_at + timedelta(days=2),
            since=crosses_at - timedelta(days=20),
        )  # fmt: skip
        await self._run(
            "insert into ai_prediction_devices (device_id, tenant_id, looked_at, hours,"
            " hours_needed, limited, reached) values (:device, :tenant, :at, 600, 24, 3, '[]')",
            device=self.rows[device], at=now(),
        )  # fmt: skip

    async def _run(self, statement: str, **given: Any) -> None:
        async with self.db.system() as tx:
            await tx.execute(text(statement), {"tenant": self.tenant, **given})

    # -- raw ------------------------------------------------------------------------------------

    async def raw(
        self, device: str, metric: str, start: datetime, end: datetime
    ) -> list[tuple[datetime, float]]:
        """The readings as they lie in the table."""
        async with self.db.system() as tx:
            found = await tx.execute(
                text(
                    "select m.ts, m.values, s.metrics from device_metrics as m"
                    " join metric_sets as s on s.id = m.metric_set_id where m.device_id = :device"
                    " and m.ts >= :start and m.ts < :end order by 1"
                ),
                {"device": self.rows[device], "start": start, "end": end},
            )
            return [
                (at, values[metrics.index(metric)])
                for at, values, metrics in found
                if metric in metrics
                and values[metrics.index(metric)] == values[metrics.index(metric)]
            ]

    async def offline_s(self, device: str, start: datetime, end: datetime) -> tuple[float, float]:
        """Seconds online and offline, second by second where it matters: at each change."""
        async with self.db.system() as tx:
            found = await tx.execute(
                text("select at, state from connectivity_changes where device_id = :d order by at"),
                {"d": self.rows[device]},
            )
            changes = [(at, state) for at, state in found]
        seconds: Mapping[str, float] = {"online": 0.0, "offline": 0.0, "unknown": 0.0}
        totals = dict(seconds)
        for place, (at, state) in enumerate(changes):
            beyond = changes[place + 1][0] if place + 1 < len(changes) else end
            length = (min(beyond, end) - max(at, start)).total_seconds()
            totals[state] += max(length, 0.0)
        return totals["online"], totals["offline"]


def moments(start: datetime, end: datetime, step: timedelta) -> list[datetime]:
    found = []
    at = start
    while at < end:
        found.append(at)
        at += step
    return found


def midnight(days_ago: int) -> datetime:
    today = now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=days_ago)
