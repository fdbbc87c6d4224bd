"""Use cases of detection: what was found, how far it has learned, what it is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from homepot.ai.anomaly_detection import offline, store
from homepot.ai.anomaly_detection.engine.compiling import also_keep_in
from homepot.ai.anomaly_detection.store import AnomalyQuery, Logged
from homepot.ai.anomaly_detection.watching import store as watching
from homepot.ai.anomaly_detection.watching.anomaly import Anomaly
from homepot.ai.anomaly_detection.watching.watch import Then, Watch
from homepot.ai.thresholds import service as thresholds
from homepot.ai.thresholds.logic import Thresholds
from homepot.core.database import Connection, Database
from homepot.core.errors import BadInput
from homepot.core.log import get_logger
from homepot.fleet.forgetting import forget_of_devices
from homepot.fleet.paging import Key, list_mark, make_cursor, read_cursor
from homepot.fleet.sites.schedule import in_maintenance

log = get_logger(__name__)

__all__ = [
    "Anomaly",
    "AnomalyPage",
    "AnomalyQuery",
    "Learned",
    "Logged",
    "Then",
    "Watch",
    "also_keep_in",
    "announce",
    "forget",
    "learned",
    "look_for_offline",
    "of_incidents",
    "page",
    "say_new",
    "sites_in_maintenance",
]


@dataclass(frozen=True)
class AnomalyPage:
    items: Sequence[Logged]
    next_cursor: str | None


@dataclass(frozen=True)
class Learned:
    """How long a device has been known, of what it takes to say what is usual for it."""

    hours: float
    needed_hours: float

    @property
    def is_learning(self) -> bool:
        return self.hours < self.needed_hours

    @property
    def words(self) -> str:
        """
        >>> Learned(9.3, 24.0).words
        'learning, 9 of 24 h'
        """
        if not self.is_learning:
            return "watching"
        return f"learning, {int(self.hours)} of {self.needed_hours:g} h"


async def page(tx: Connection, asked: AnomalyQuery, cursor: str | None) -> AnomalyPage:
    """The newest first."""
    told = {k: v for k, v in vars(asked).items() if k not in ("limit", "before")}
    mark = list_mark("anomalies", told)
    before = _before(cursor, mark) if cursor else None
    found = await store.anomalies(tx, replace(asked, limit=asked.limit + 1, before=before))
    shown = found[: asked.limit]
    more = len(found) > asked.limit
    ended: list[Key] = [shown[-1].detected_at, str(shown[-1].id)] if more else []
    return AnomalyPage(shown, make_cursor(mark, ended) if more else None)


def _before(cursor: str, mark: str) -> tuple[datetime, int]:
    at, number = read_cursor(cursor, mark, [datetime, str])
    if not isinstance(at, datetime) or not str(number).isdecimal() or len(str(number)) > 18:
        raise BadInput("This cursor does not belong to this list.", at="query.cursor")
    return at, int(str(number))


async def of_incidents(tx: Connection, numbers: Sequence[int]) -> Sequence[Logged]:
    return await store.of_incidents(tx, numbers)


async def learned(tx: Connection, device_row: int) -> Learned:
    """A device that has sent nothing has learned nothing."""
    found = await store.learned(tx, device_row)
    return Learned(*found) if found else Learned(0.0, 24.0)


async def say_new(
    tx: Connection, anomalies: Sequence[Anomaly], usual: Mapping[str, Thresholds], now: datetime
) -> None:
    """A line of the log for each that is new. What a crash undoes is said again when it is found
    again."""
    found = await store.fresh(tx, [one.id for one in anomalies], now) if anomalies else []
    ladder = await thresholds.ladder(tx, usual) if found else None
    for one in found:
        assert ladder is not None
        limits, _ = ladder.of(one.tenant_id, one.type, one.device_row)
        # What was found in a history that is being learnt, or called normal, asks for nobody.
        say = log.info if one.muted else log.warning
        say(
            f"Anomaly detected: {one.device_id}.",
            action="detection.found",
            device_id=one.device_id,
            health_score=one.health_score,
            threshold=limits.warning if one.status == "critical" else limits.healthy,
            severity=one.severity,
            kind=one.kind,
            metrics=one.metrics,
            muted=one.muted,
        )


async def announce(tx: Connection, tenant_id: int, device_row: int, at: datetime) -> None:
    """Something was changed on purpose, or is said to be normal: levels may move for a while."""
    await watching.add_note(tx, tenant_id, device_row, at)


async def sites_in_maintenance(tx: Connection, now: datetime) -> set[int]:
    """The rows of the sites at which trouble is expected just now; of all tenants."""
    return {
        site.id
        for site in await watching.sites(tx)
        if in_maintenance(site.maintenance_windows, ZoneInfo(site.timezone), now)
    }


async def look_for_offline(tx: Connection, now: datetime) -> list[Anomaly]:
    """Devices that went offline or came back since the last look; of all tenants."""
    return await offline.look(tx, now)


async def forget(database: Database, before: datetime) -> int:
    """What was over before; the number of rows."""
    return await forget_of_devices(database, before, [store.forget])
