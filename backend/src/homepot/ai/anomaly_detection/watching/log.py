"""Writes what was found into the log, within the step's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from homepot.ai.anomaly_detection.engine import Kind, Stage
from homepot.ai.anomaly_detection.health import (
    Evidence,
    Health,
    Sign,
    analyze_device_health,
)
from homepot.ai.anomaly_detection.watching import store
from homepot.ai.anomaly_detection.watching.anomaly import Anomaly, metrics_of, written
from homepot.ai.anomaly_detection.watching.dating import Dated, dated
from homepot.ai.anomaly_detection.watching.found import Found, Muted
from homepot.ai.anomaly_detection.watching.mind import Mind
from homepot.core.database import Connection


@dataclass(frozen=True)
class Log:
    mind: Mind
    generation: int
    # what was measured long ago is dated too; else by when it was seen
    dates_history: bool = False

    async def write(self, tx: Connection, found: Sequence[Found], now: datetime) -> list[Anomaly]:
        """The rows that were written, in the order of what was found."""
        keys = [(one.row, one.deviation.number) for one in found]
        known = await store.logged(tx, self.generation, keys) if keys else {}
        told: dict[int, Anomaly] = {}
        for seen, key in zip(found, keys, strict=True):
            one, before = seen, known.get(key)
            if before is None and one.deviation.stage is Stage.OVER:
                continue
            if (
                before is None
                and one.deviation.kind is Kind.SILENT
                and await store.is_missed(tx, one.row)
            ):
                continue
            with_dates = await self._dated(tx, one, before)
            one = replace(one, deviation=with_dates.deviation)
            fleet = self.mind.fleet
            specs = {m.name: fleet.metric(one.row, m.name) for m in one.deviation.metrics}
            said = written(one, before, metrics_of(one.deviation, specs, with_dates.began))
            health = self._health(one.row)
            said |= {"health_score": health.score, "status": health.status}
            if before is None:
                device = self.mind.fleet.devices.get(one.row)
                if device is None:
                    continue
                said |= {
                    "tenant_id": device.tenant_id,
                    "device_id": one.row,
                    "site_id": device.site_row,
                    "generation": self.generation,
                    "number": one.deviation.number,
                    "engine_version": self.mind.version,
                    "created_at": now,
                }
                row = said | {"id": await store.add(tx, said)}
            else:
                await store.change(tx, before["id"], said)
                row = before | said
            known[key] = row
            is_back = bool(before and before["ended_at"]) and row["ended_at"] is None
            told[row["id"]] = Anomaly.of(row, is_back=is_back)
        return list(told.values())

    async def _dated(self, tx: Connection, one: Found, before: dict[str, Any] | None) -> Dated:
        if one.is_spoken or (one.muted is Muted.HISTORY and not self.dates_history):
            return Dated(one.deviation)
        known = {metric["name"] for metric in before["metrics"]} if before else ()
        return await dated(tx, self.mind, one.row, one.deviation, known)

    def _health(self, row: int) -> Health:
        device = self.mind.fleet.devices.get(row)
        thresholds = None
        if device:
            ladder = self.mind.fleet.ladder
            thresholds, _ = ladder.of(device.tenant_id, device.type, row)
        signs = [Sign(one.kind, one.severity) for one in self.mind.told_of(row)]
        return analyze_device_health(Evidence(signs), thresholds)
