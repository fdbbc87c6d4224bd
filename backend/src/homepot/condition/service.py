"""Measure everything now."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter

from homepot.ai.llm.service import LlmService
from homepot.ai.status.service import model_server
from homepot.ai.status.vectors import vectors_of
from homepot.backup.configuration import backup_dir
from homepot.backup.errors import NotWhole
from homepot.backup.folder import backups_in, drilled_at, read_list
from homepot.condition import host, store
from homepot.condition.logic import (
    Backups,
    Index,
    Measured,
    Models,
    Part,
    Program,
    Queue,
    State,
    Stored,
    parts_of,
    worst,
)
from homepot.core.database import Database
from homepot.core.process import Process
from homepot.core.settings import Settings
from homepot.telemetry.intake.service import Intake

# A model server that is busy or away is no reason to wait for the rest.
MODELS_WITHIN_S = 3.0


@dataclass(frozen=True)
class Condition:
    as_of: datetime
    state: State
    parts: list[Part]
    programs: list[Program]


async def condition(process: Process, tenant_id: int, now: datetime) -> Condition:
    stored, problem = await _stored(process.database, now)
    machine = await asyncio.to_thread(host.look, process.settings.data_dir)
    vectors = await vectors_of(process, tenant_id)
    queue = process.part(Intake).writer.waiting
    found = Measured(
        stored=stored,
        host=machine,
        models=await _models(process),
        index=Index(vectors.state, vectors.problem, vectors.embeddings),
        queue=Queue(*queue),
        backups=await asyncio.to_thread(_backups, process.settings),
        problem=problem,
    )
    parts = parts_of(found, now)
    return Condition(now, worst(parts), parts, list(machine.programs))


def _backups(settings: Settings) -> Backups:
    folder, enabled = backup_dir(settings), settings.backups_kept > 0
    found = backups_in(folder)
    drilled = drilled_at(folder)
    # One whose list is damaged is none.
    for backup in reversed(found):
        with suppress(NotWhole):
            newest = read_list(backup)
            return Backups(enabled, len(found), newest.at, newest.size_bytes, drilled)
    return Backups(enabled, drilled_at=drilled)


async def _models(process: Process) -> Models:
    llm = process.part(LlmService)
    if not process.settings.ai_enabled:
        return Models(enabled=False, server=None)
    counts = llm.counts
    mean = round(counts.busy_s / counts.calls * 1000) if counts.calls else None
    try:
        async with asyncio.timeout(MODELS_WITHIN_S):
            server = await model_server(llm, process.settings)
    except TimeoutError:
        return Models(enabled=True, server=None, waiting=llm.waiting, response_ms=mean)
    return Models(
        enabled=True,
        server=server.which,
        models=len(server.models),
        waiting=llm.waiting,
        response_ms=mean,
    )


async def _stored(database: Database, now: datetime) -> tuple[Stored | None, str | None]:
    try:
        async with store.asking(database) as tx:
            began = perf_counter()
            worker_at = await store.worker_at(tx)
            round_trip_ms = (perf_counter() - began) * 1000
            version, size, connections, connections_max = await store.server(tx)
            reports_per_s, newest = await store.commits(tx, now)
            jobs_waiting, jobs_since, jobs_failed = await store.jobs(tx, now)
            alerts_waiting, alerts_since, alerts_failed = await store.alerts(tx, now)
            return Stored(
                version=version,
                size_bytes=size,
                connections=connections,
                connections_max=connections_max,
                round_trip_ms=round_trip_ms,
                reports_per_s=reports_per_s,
                newest_commit=newest,
                devices_online=await store.devices_online(tx),
                readers=await store.readers(tx),
                worker_at=worker_at,
                jobs_waiting=jobs_waiting,
                jobs_waiting_since=jobs_since,
                jobs_failed=jobs_failed,
                alerts_waiting=alerts_waiting,
                alerts_waiting_since=alerts_since,
                alerts_failed=alerts_failed,
                looked_ahead_at=await store.looked_ahead_at(tx),
            ), None
    except store.Away as error:
        return None, str(error)
