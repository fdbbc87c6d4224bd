"""The processes that print reports: one stays for the next, and what ends one ends nothing else."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from typing import Any

import httpx
import psutil
import pytest
from fastapi import FastAPI
from tests.reported import kept_report, written

from homepot.ai.reports import printer as printing
from homepot.ai.reports.content import Kept
from homepot.ai.reports.printer import NotPrinted, Printer


@pytest.fixture
async def press() -> AsyncIterator[Printer]:
    found = Printer()
    yield found
    await asyncio.to_thread(found.close)


def pids() -> set[int]:
    """Of the processes that print for this one."""
    found = set()
    for one in psutil.Process().children():
        try:
            if "homepot.ai.reports.printing" in one.cmdline():
                found.add(one.pid)
        except psutil.NoSuchProcess:
            continue
    return found


def elsewhere() -> Kept:
    """What can be kept, and cannot be printed."""
    kept = written()
    kept.content.period.timezone = "Nowhere/At_All"
    return kept


async def test_one_process_prints_one_report_after_the_other_in_each_form(press: Printer) -> None:
    before, kept = pids(), written()
    page = await press.printed(kept, "html")
    (mine,) = pids() - before
    paper = await press.printed(kept, "pdf")
    other = written()
    other.content.title = "Weekly Summary - Raft"
    assert page.startswith(b"<!doctype html>")
    assert paper.startswith(b"%PDF")
    assert b"Weekly Summary - Raft" in await press.printed(other, "html")
    assert await press.printed(kept, "html") == page, "the same report is the same page"
    assert pids() - before == {mine}


async def test_what_has_been_loaded_before_somebody_asks_is_what_prints(press: Printer) -> None:
    before = pids()
    await press.soon()
    ready = pids() - before
    assert len(ready) == 1
    await press.soon()
    await press.printed(written(), "html")
    assert pids() - before == ready


async def test_one_that_has_gone_home_is_not_missed(press: Printer) -> None:
    before, kept = pids(), written()
    page = await press.printed(kept, "html")
    (gone,) = pids() - before
    os.kill(gone, signal.SIGKILL)
    assert await press.printed(kept, "html") == page
    assert gone not in pids()


async def test_nobody_is_left_when_nobody_asks_any_more() -> None:
    before, short = pids(), Printer(idle_s=0.05)
    await short.printed(written(), "html")
    async with asyncio.timeout(60):
        while pids() - before:
            await asyncio.sleep(0.02)
    assert await short.printed(written(), "html")
    await asyncio.to_thread(short.close)
    assert pids() - before == set()


async def test_what_cannot_be_printed_says_so_and_the_next_one_can(press: Printer) -> None:
    before = pids()
    for _ in range(2):
        with pytest.raises(NotPrinted):
            await press.printed(elsewhere(), "pdf")
        assert pids() - before == set()
        assert await press.printed(written(), "html")


async def test_over_http_it_is_a_refusal_as_any_other(
    people: Any, operator: httpx.AsyncClient, agent: Any, app: FastAPI, printer: Printer
) -> None:
    app.state.process.parts[Printer] = printer
    report_id = await kept_report(people, agent.device_id, elsewhere())
    answer = await operator.get(f"/api/ai/reports/{report_id}", params={"format": "pdf"})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"].startswith("The report is kept, but could not be printed")
    assert (await operator.get(f"/api/ai/reports/{report_id}")).status_code == 200


async def test_what_takes_too_long_is_ended(
    press: Printer, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = pids()
    with monkeypatch.context() as patched:
        patched.setattr(printing, "WITHIN_S", 0.0)
        with pytest.raises(NotPrinted):
            await press.printed(written(), "html")
    assert pids() - before == set()
    assert await press.printed(written(), "html")


async def test_after_very_many_another_takes_its_place(
    press: Printer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "PRINTED_MAX", 1)
    before = pids()
    assert await press.printed(written(), "html")
    assert pids() - before == set()
