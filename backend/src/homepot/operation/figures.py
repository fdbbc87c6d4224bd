"""Use case of figures: everything there is, in the words of Prometheus."""

import asyncio
import shutil
from collections.abc import Iterable, Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from homepot import __version__
from homepot.ai.config import ai_config
from homepot.ai.llm.service import LlmService
from homepot.ai.status.processes import memory_of_port
from homepot.backup.configuration import backup_dir
from homepot.backup.folder import backups_in, moment_of
from homepot.core.metrics import REGISTRY
from homepot.core.process import Process
from homepot.operation import figures_store, memory, of_worker
from homepot.telemetry.intake.service import Intake

# name in the store -> name, label, words
_OF_DATABASE = {
    "devices": ("homepot_devices", "lifecycle", "Devices by what is done with them."),
    "connectivity": ("homepot_devices_connectivity", "connectivity", "Devices by connectivity."),
    "incidents": ("homepot_incidents_open", "severity", "Incidents nobody has resolved yet."),
    "alerts": ("homepot_alerts", "state", "Alerts by state."),
    "deliveries": ("homepot_alert_deliveries", "state", "Messages not sent yet, or given up."),
    "delivery_age": (
        "homepot_alert_delivery_age_seconds",
        "",
        "For how long the oldest message has been due.",
    ),
    "reader_lag": (
        "homepot_reader_lag_seconds",
        "reader",
        "For how long what detection, rollups and others have not read yet has been stored.",
    ),
    "reader_behind": ("homepot_reader_behind_rows", "reader", "Reports they have not read yet."),
    "intake_age": ("homepot_intake_age_seconds", "", "Since the last reading was stored."),
    "intake_delay": (
        "homepot_intake_delay_seconds",
        "",
        "How old the newest reading was when it was stored.",
    ),
    "archive_files": ("homepot_archive_files", "", "Files of the archive."),
    "archive_bytes": ("homepot_archive_bytes", "", "Their size."),
    "jobs": ("homepot_jobs", "status", "Jobs of the queue by status."),
    "database_bytes": ("homepot_database_bytes", "", "Size of the database."),
    "database_connections": ("homepot_database_connections", "state", "Connections to it."),
    "database_transaction_age": (
        "homepot_database_transaction_age_seconds",
        "",
        "Age of its oldest transaction.",
    ),
}
_WRITTEN = "Since the worker wrote its own figures down; they are left out after two minutes."


class _Found(Collector):
    def __init__(self, families: Sequence[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


async def text(process: Process, now: datetime) -> str:
    rows = await figures_store.of_database(process.database)
    measured = await asyncio.to_thread(_of_machine, process, now)
    worker, age_s = await asyncio.to_thread(of_worker.read, of_worker.place(process.settings), now)
    if age_s is not None:
        measured.append(_gauge("homepot_worker_figures_age_seconds", _WRITTEN, age_s))
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_Found([*_families(rows), *_of_parts(process), *measured]))
    return (generate_latest(REGISTRY) + generate_latest(registry) + worker).decode()


def _families(rows: Iterable[figures_store.Row]) -> list[Metric]:
    found: dict[str, GaugeMetricFamily] = {}
    for name, label, value in rows:
        called, labelled, words = _OF_DATABASE[name]
        if name not in found:
            found[name] = GaugeMetricFamily(called, words, labels=[labelled] if labelled else None)
        found[name].add_metric([label] if labelled else [], value)
    return list(found.values())


def _of_parts(process: Process) -> list[Metric]:
    """What this process has in hand."""
    llm, intake = process.part(LlmService), process.part(Intake)
    counts, answers = llm.counts, llm.answers
    waiting, waiting_max = intake.writer.waiting
    pool = process.database.engine.pool
    held = getattr(pool, "checkedout", lambda: 0)()
    return [
        _labelled("homepot_build_info", "This version.", "version", {__version__: 1}),
        _counter("homepot_model_requests", "Requests to a language model.", counts.calls),
        _counter("homepot_model_failures", "Those that failed.", counts.failures),
        _counter("homepot_model_retries", "Tries beyond the first.", counts.retries),
        _counter("homepot_model_tokens", "Tokens answered.", counts.answer_tokens),
        _counter("homepot_model_busy_seconds", "How long they took together.", counts.busy_s),
        _gauge("homepot_model_waiting", "Requests that wait for their turn.", llm.waiting),
        _counter("homepot_model_cache_hits", "Answers that were remembered.", answers.hits),
        _counter("homepot_model_cache_misses", "Answers that were not.", answers.misses),
        _gauge("homepot_intake_waiting_values", "Values that wait to be stored.", waiting),
        _gauge("homepot_intake_waiting_max_values", "As many may wait.", waiting_max),
        _gauge("homepot_database_pool_used", "Connections of the API in use.", held),
        _gauge(
            "homepot_database_pool_max",
            "As many may be.",
            process.settings.database_connections_max,
        ),
    ]


def _of_machine(process: Process, now: datetime) -> list[Metric]:
    """What takes a look at other programs and at the disk."""
    settings = process.settings
    parts = memory.by_part()
    ollama = memory_of_port(process.part(LlmService).door.url) if settings.ai_enabled else None
    if ollama and "model_server" not in parts:
        parts["model_server"] = ollama
    vectors = ai_config(settings).chromadb.folder(settings)
    stored = sum(one.stat().st_size for one in vectors.rglob("*") if one.is_file())
    free = shutil.disk_usage(settings.data_dir).free if settings.data_dir.exists() else 0
    found: list[Metric] = [
        _labelled(
            "homepot_memory_bytes",
            "Memory of each part; ChromaDB runs inside the API.",
            "part",
            parts,
        ),
        _gauge("homepot_vector_index_bytes", "Size of the index of similar incidents.", stored),
        _gauge("homepot_disk_free_bytes", "Room left for the data folder.", free),
    ]
    moments = [
        moment for one in backups_in(backup_dir(settings)) if (moment := moment_of(one.name))
    ]
    if moments:
        age = (now - moments[-1]).total_seconds()
        found.append(_gauge("homepot_backup_age_seconds", "Since the newest backup.", age))
    return found


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=value)


def _counter(name: str, words: str, value: float) -> Metric:
    return CounterMetricFamily(name, words, value=value)


def _labelled(name: str, words: str, label: str, values: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=[label])
    for one, value in sorted(values.items()):
        family.add_metric([one], value)
    return family
