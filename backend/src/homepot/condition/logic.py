"""From what was measured to what is well, what is not, and what to do. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from homepot.core.words import count

State = Literal["ok", "warning", "critical", "unknown"]
Unit = Literal["bytes", "ms", "s", "per_s", "count", "share"]

CONNECTIONS_SHARE_MAX = 0.85
ROUND_TRIP_MS_MAX = 250.0
QUEUE_SHARE_MAX = 0.5
# Readings come in at least this often where a device is online.
QUIET_MAX = timedelta(minutes=10)
# What follows from readings is a matter of seconds.
BEHIND_WARNING = timedelta(minutes=2)
BEHIND_CRITICAL = timedelta(minutes=15)
# The worker gives a sign of life every ten seconds.
WORKER_SILENT_MAX = timedelta(minutes=1)
JOB_WAITS_MAX = timedelta(minutes=15)
ALERT_WAITS_MAX = timedelta(minutes=5)
# Looked at each hour.
LOOK_MAX = timedelta(hours=3)
_GIB = 1024**3
FREE_WARNING_SHARE, FREE_WARNING_BYTES = 0.1, 5 * _GIB
FREE_CRITICAL_BYTES = 1 * _GIB
MEMORY_FREE_SHARE_MIN = 0.05
# One is made each night.
BACKUP_MAX = timedelta(hours=26)

_WORKER = "See logs/worker.log in the data folder; start HOMEPOT again if the worker is gone."


@dataclass(frozen=True)
class Figure:
    name: str
    value: float | None
    unit: Unit
    # when it was so, where that is not now
    at: datetime | None = None


@dataclass(frozen=True)
class Part:
    name: str
    state: State
    words: str
    to_do: str | None = None
    figures: Sequence[Figure] = ()


@dataclass(frozen=True)
class Reader:
    """One who follows what is committed; `waiting_since` is the oldest that it has not read."""

    name: str
    waiting_since: datetime | None


@dataclass(frozen=True)
class Stored:
    """What the database says of the whole installation."""

    version: str
    size_bytes: int
    connections: int
    connections_max: int
    round_trip_ms: float
    reports_per_s: float
    newest_commit: datetime | None
    devices_online: int
    readers: Sequence[Reader]
    worker_at: datetime | None
    jobs_waiting: int
    jobs_waiting_since: datetime | None
    jobs_failed: Sequence[str]
    alerts_waiting: int
    alerts_waiting_since: datetime | None
    alerts_failed: int
    looked_ahead_at: datetime | None


@dataclass(frozen=True)
class Program:
    name: str
    memory_bytes: int
    since: datetime


@dataclass(frozen=True)
class Host:
    programs: Sequence[Program]
    memory_free_bytes: int
    memory_bytes: int
    disk_free_bytes: int
    disk_bytes: int


@dataclass(frozen=True)
class Models:
    enabled: bool
    server: str | None
    models: int = 0
    waiting: int = 0
    response_ms: float | None = None


@dataclass(frozen=True)
class Index:
    """Of remembered incidents."""

    state: str
    problem: str | None
    remembered: int | None


@dataclass(frozen=True)
class Queue:
    """What was sent and waits to be stored, in this process."""

    values: int
    values_max: int


@dataclass(frozen=True)
class Backups:
    """Those in the folder; each was read back whole when it was written."""

    # switched off where none are to be kept
    enabled: bool
    kept: int = 0
    newest_at: datetime | None = None
    newest_bytes: int | None = None
    drilled_at: datetime | None = None


@dataclass(frozen=True)
class Measured:
    stored: Stored | None
    host: Host
    models: Models
    index: Index
    queue: Queue
    backups: Backups
    problem: str | None = field(default=None)


_ORDER: dict[State, int] = {"critical": 0, "warning": 1, "unknown": 2, "ok": 3}


def parts_of(found: Measured, now: datetime) -> list[Part]:
    """Every part, in the order of a reading's way through the product."""
    host = [backups(found.backups, now), disk(found.host), memory(found.host)]
    asked = [models(found.models), index(found.index)]
    if found.stored is None:
        words = f"The database does not answer: {found.problem}."
        mend = "See logs/postgres.log in the data folder, and ask homepot doctor."
        return [Part("database", "critical", words, mend), *asked, *host]
    stored = found.stored
    return [
        database(stored),
        intake(stored, found.queue, now),
        following(stored, now),
        jobs(stored, now),
        alerts(stored, now),
        foresight(stored, now),
        *asked,
        *host,
    ]


def worst(parts: Sequence[Part]) -> State:
    """What is unknown is not yet wrong: it counts for the whole only where nothing else does.

    >>> worst([Part("a", "unknown", ""), Part("b", "ok", "")])
    'ok'
    """
    known = [one.state for one in parts if one.state != "unknown"]
    return min(known, key=_ORDER.__getitem__, default="unknown")


def database(one: Stored) -> Part:
    figures = [
        Figure("size", one.size_bytes, "bytes"),
        Figure("round_trip", one.round_trip_ms, "ms"),
        Figure("connections", one.connections, "count"),
        Figure("connections_max", one.connections_max, "count"),
    ]
    if one.connections > CONNECTIONS_SHARE_MAX * one.connections_max:
        words = f"{one.connections} of {one.connections_max} connections are in use."
        mend = "End what else uses this database, or raise max_connections there."
        return Part("database", "warning", words, mend, figures)
    if one.round_trip_ms > ROUND_TRIP_MS_MAX:
        words = f"It takes {one.round_trip_ms:.0f} ms to answer the shortest question."
        mend = "Look what else this machine does; the processes are listed below."
        return Part("database", "warning", words, mend, figures)
    return Part("database", "ok", f"PostgreSQL {one.version} answers.", None, figures)


def intake(one: Stored, queue: Queue, now: datetime) -> Part:
    figures = [
        Figure("reports", one.reports_per_s, "per_s"),
        Figure("queue", queue.values, "count"),
        Figure("devices_online", one.devices_online, "count"),
        Figure("newest", None, "s", one.newest_commit),
    ]
    if one.newest_commit is None:
        mend = "Bring a device in: its page and the API guide say how."
        return Part("intake", "unknown", "No reading has come lately.", mend, figures)
    if queue.values > QUEUE_SHARE_MAX * queue.values_max:
        words = f"{queue.values:,} values wait to be stored; soon senders are told to wait."
        mend = "Look at the disk and at what else this machine does."
        return Part("intake", "warning", words, mend, figures)
    if one.devices_online and now - one.newest_commit > QUIET_MAX:
        words = f"No reading was stored for {_span(now - one.newest_commit)}."
        mend = f"{count(one.devices_online, 'device')} give signs of life: see what they send."
        return Part("intake", "warning", words, mend, figures)
    return Part("intake", "ok", "Readings are stored as they come.", None, figures)


def following(one: Stored, now: datetime) -> Part:
    """Detection, rollups and the newest values follow what is stored."""
    behind = {
        each.name: now - each.waiting_since if each.waiting_since else timedelta()
        for each in one.readers
    }
    figures = [Figure(f"behind:{name}", span.total_seconds(), "s") for name, span in behind.items()]
    figures.append(Figure("worker", None, "s", one.worker_at))
    if one.worker_at is None or now - one.worker_at > WORKER_SILENT_MAX:
        words = "The worker does not run: nothing is detected, nobody is told of anything."
        return Part("worker", "critical", words, _WORKER, figures)
    slowest = max(behind, key=lambda name: behind[name], default=None)
    if slowest is None:
        return Part("worker", "unknown", "Nothing was read yet.", None, figures)
    if behind[slowest] > BEHIND_WARNING:
        state: State = "critical" if behind[slowest] > BEHIND_CRITICAL else "warning"
        words = f"{slowest.capitalize()} is {_span(behind[slowest])} behind what is stored."
        mend = "After an import this passes by itself; else look what else this machine does."
        return Part("worker", state, words, mend, figures)
    words = "Detection and rollups keep up with what is stored."
    return Part("worker", "ok", words, None, figures)


def jobs(one: Stored, now: datetime) -> Part:
    figures = [
        Figure("waiting", one.jobs_waiting, "count", one.jobs_waiting_since),
        Figure("failed", len(one.jobs_failed), "count"),
    ]
    if one.jobs_waiting_since and now - one.jobs_waiting_since > JOB_WAITS_MAX:
        waits = _span(now - one.jobs_waiting_since)
        words = f"{count(one.jobs_waiting, 'job')} should have begun, the first {waits} ago."
        return Part("jobs", "warning", words, _WORKER, figures)
    if one.jobs_failed:
        names = ", ".join(one.jobs_failed)
        words = f"Given up after several attempts: {names}."
        mend = "logs/worker.log in the data folder says why; the next turn tries again."
        return Part("jobs", "warning", words, mend, figures)
    return Part("jobs", "ok", "Nothing that is due waits.", None, figures)


def alerts(one: Stored, now: datetime) -> Part:
    figures = [
        Figure("waiting", one.alerts_waiting, "count", one.alerts_waiting_since),
        Figure("failed_day", one.alerts_failed, "count"),
    ]
    mend = "Alerts, Sent shows each attempt and what the service answered; test the channel there."
    if one.alerts_waiting_since and now - one.alerts_waiting_since > ALERT_WAITS_MAX:
        waits = _span(now - one.alerts_waiting_since)
        words = f"{count(one.alerts_waiting, 'message')} could not be sent yet, one for {waits}."
        return Part("alerts", "warning", words, mend, figures)
    if one.alerts_failed:
        words = f"{count(one.alerts_failed, 'message')} of the last day could not be sent at all."
        return Part("alerts", "warning", words, mend, figures)
    return Part("alerts", "ok", "No message waits to be sent.", None, figures)


def foresight(one: Stored, now: datetime) -> Part:
    figures = [Figure("looked", None, "s", one.looked_ahead_at)]
    if one.looked_ahead_at is None:
        words = "Nobody has looked ahead yet: that is done each hour."
        return Part("foresight", "unknown", words, None, figures)
    if now - one.looked_ahead_at > LOOK_MAX:
        words = f"The last look ahead is {_span(now - one.looked_ahead_at)} old; one is due hourly."
        return Part("foresight", "warning", words, _WORKER, figures)
    return Part("foresight", "ok", "The fleet is looked at each hour.", None, figures)


def models(one: Models) -> Part:
    figures = [
        Figure("models", one.models, "count"),
        Figure("waiting", one.waiting, "count"),
        Figure("response", one.response_ms, "ms"),
    ]
    if not one.enabled:
        words = "Switched off: every answer is a template's."
        return Part("models", "unknown", words, None, figures)
    if one.server is None:
        words = "No model server answers: every answer is a template's, and right all the same."
        mend = "Start Ollama, or see logs/model-server.log in the data folder."
        return Part("models", "warning", words, mend, figures)
    whose = "Ollama" if one.server == "ollama" else "HOMEPOT's own model server"
    return Part("models", "ok", f"{whose} answers.", None, figures)


def index(one: Index) -> Part:
    figures = [Figure("remembered", one.remembered, "count")]
    if one.state == "connected":
        return Part("memory_index", "ok", "Past incidents can be searched.", None, figures)
    why = (one.problem or "nobody said why").rstrip(".")
    words = f"The index of past incidents is away: {why}. They are searched in the database."
    mend = "It is built anew by itself; homepot doctor says what stands in the way."
    return Part("memory_index", "warning", words, mend, figures)


def backups(one: Backups, now: datetime) -> Part:
    figures = [
        Figure("newest_backup", None, "s", one.newest_at),
        Figure("backup_size", one.newest_bytes, "bytes"),
        Figure("kept", one.kept, "count"),
        Figure("drilled", None, "s", one.drilled_at),
    ]
    mend = "homepot backup write makes one now; logs/worker.log says how the last night went."
    if one.newest_at is None:
        if not one.enabled:
            words = "Switched off: no backup is made by itself, and there is none."
            return Part("backups", "warning", words, "Set backups_kept to as many as fit.", figures)
        words = "There is none yet: the first is made in the coming night."
        return Part("backups", "unknown", words, None, figures)
    age = now - one.newest_at
    if age > BACKUP_MAX:
        words = f"The newest is {_span(age)} old."
        return Part("backups", "warning", words, mend, figures)
    words = "The newest was read back whole when it was written."
    if one.drilled_at is None:
        words += " Restoring was never rehearsed: homepot backup drill does it beside what runs."
    return Part("backups", "ok", words, None, figures)


def disk(one: Host) -> Part:
    figures = [
        Figure("free", one.disk_free_bytes, "bytes"),
        Figure("whole", one.disk_bytes, "bytes"),
        Figure("free_share", one.disk_free_bytes / max(one.disk_bytes, 1), "share"),
    ]
    mend = "Free space on the disk of the data folder, or keep less: see retention in the settings."
    if one.disk_free_bytes < FREE_CRITICAL_BYTES:
        words = "Less than 1 GiB is left: soon nothing can be stored."
        return Part("disk", "critical", words, mend, figures)
    few = one.disk_free_bytes < FREE_WARNING_SHARE * one.disk_bytes
    if few and one.disk_free_bytes < FREE_WARNING_BYTES:
        return Part("disk", "warning", "The disk is nearly full.", mend, figures)
    return Part("disk", "ok", "There is room on the disk of the data folder.", None, figures)


def memory(one: Host) -> Part:
    own = sum(each.memory_bytes for each in one.programs)
    figures = [
        Figure("own", own, "bytes"),
        Figure("free", one.memory_free_bytes, "bytes"),
        Figure("whole", one.memory_bytes, "bytes"),
    ]
    if one.memory_free_bytes < MEMORY_FREE_SHARE_MIN * one.memory_bytes:
        mend = "End what else runs here, or use a smaller language model."
        return Part("memory", "warning", "This machine has hardly any memory left.", mend, figures)
    return Part("memory", "ok", "There is memory left on this machine.", None, figures)


def _span(span: timedelta) -> str:
    """
    >>> _span(timedelta(seconds=75)), _span(timedelta(hours=30)), _span(timedelta(hours=2))
    ('1 min', '1 d 6 h', '2 h')
    """
    minutes = int(span.total_seconds() // 60)
    hours, days = minutes // 60, minutes // 1440
    if days:
        return f"{days} d {hours % 24} h" if hours % 24 else f"{days} d"
    return f"{hours} h" if hours else f"{minutes} min"
