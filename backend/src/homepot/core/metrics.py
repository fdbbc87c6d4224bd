"""What this process counts of itself, for Prometheus; read by `operation/metrics`.

Names begin with homepot_ and end with their unit; labels have few values, never an id.
"""

from prometheus_client import CollectorRegistry, Counter, Histogram

REGISTRY = CollectorRegistry(auto_describe=True)

# From a plain answer of the API to a model that thinks: a millisecond to a minute.
_SECONDS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)

REQUESTS = Histogram(
    "homepot_http_request_seconds",
    "How long requests took until their answer began.",
    ("method", "route", "status"),
    buckets=_SECONDS,
    registry=REGISTRY,
)
VECTOR_SEARCH = Histogram(
    "homepot_vector_search_seconds",
    "How long the index of similar incidents (ChromaDB) searched.",
    buckets=_SECONDS,
    registry=REGISTRY,
)
VECTOR_FAILURES = Counter(
    "homepot_vector_search_failures",
    "Searches of that index that failed; they are answered from PostgreSQL.",
    registry=REGISTRY,
)
INTAKE_ROWS = Counter(
    "homepot_intake_rows",
    "Reports that were acknowledged (stored, repeated, corrected) or rejected.",
    ("outcome",),
    registry=REGISTRY,
)

# Of the worker, which has no door: it writes them down, and the API hands them on.
WORK = CollectorRegistry(auto_describe=True)

LOOPS = Histogram(
    "homepot_loop_seconds",
    "How long the worker's sweeps took.",
    ("loop",),
    buckets=_SECONDS,
    registry=WORK,
)
LOOP_FAILURES = Counter(
    "homepot_loop_failures", "Sweeps that failed and are tried again.", ("loop",), registry=WORK
)
TASKS = Histogram(
    "homepot_task_seconds",
    "How long the worker's scheduled tasks took.",
    ("task",),
    buckets=(*_SECONDS, 300.0, 1800.0),
    registry=WORK,
)
TASK_FAILURES = Counter(
    "homepot_task_failures", "Tries of scheduled tasks that failed.", ("task",), registry=WORK
)
