"""A report over HTTP, made and in all its forms, and what it says of a site of 1,000 devices.

The fleet is that of bench_insights: a month of ten metrics each, outages, incidents. A report is
asked for as JSON, which makes and keeps it, then as page and as paper, which a process of their own
prints, as the product does it. The peer is the goal; of a part, and of the processor's time of the
product and its database, it is the whole.
"""

import json
import time
from statistics import median

import httpx
from bench_insights import SITE, asked, lived, spent_s
from report import Row

TIMES = 5
GOAL_S = 5.0
AIM_S = 2.0
REPORTS = (
    ("a weekly report of a device", "/api/ai/report/pos_10?report_type=weekly"),
    ("a weekly report of 1,000 devices", "/api/ai/report/sites/site_0?report_type=weekly"),
)


def run() -> list[Row]:
    rows: list[Row] = []
    with lived() as (port, token):
        for name, path in REPORTS:
            _forms(port, token, path)  # what is loaded at the first is loaded
            before = spent_s()
            took = [_forms(port, token, path) for _ in range(TIMES)]
            busy = (spent_s() - before) / TIMES
            whole = [sum(one) for one in took]
            rows.append(Row(f"{name}, all forms", median(whole), "s p50", "the goal", GOAL_S))
            rows.append(Row(f"{name}, all forms", max(whole), "s worst", "the aim", AIM_S))
            rows.append(Row(f"{name}, processor", busy, "s", "all forms", median(whole)))
            for place, form in enumerate(("made and kept", "as page", "as paper")):
                part = median(one[place] for one in took)
                rows.append(Row(f"{name}, {form}", part, "s p50", "all forms", median(whole)))
        rows += asked(port, token, *SITE)
    return rows


def _forms(port: int, token: str, path: str) -> list[float]:
    """How long it took to make one, and to print it as page and as paper."""
    took = []
    began = time.perf_counter()
    made = json.loads(_get(port, token, path))
    took.append(time.perf_counter() - began)
    assert made["content"]["plots"], "a report without a plot is no measure"
    for form in ("html", "pdf"):
        began = time.perf_counter()
        printed = _get(port, token, f"/api/ai/reports/{made['report_id']}?format={form}")
        took.append(time.perf_counter() - began)
        assert printed.startswith(b"%PDF" if form == "pdf" else b"<!doctype html>")
    return took


def _get(port: int, token: str, path: str) -> bytes:
    answer = httpx.get(
        f"http://127.0.0.1:{port}{path}", headers={"Authorization": f"Bearer {token}"}, timeout=120
    )
    answer.raise_for_status()
    return answer.content
