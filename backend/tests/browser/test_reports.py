"""The road of a report: made in the pages, read, taken along as paper; sent by itself; and what a
site amounts to."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pypdfium2
import pytest
from playwright.async_api import Page, expect

from homepot.core.clock import now

PHONE = {"width": 390, "height": 844}


@pytest.fixture
async def fleet(estate: Any) -> dict[str, str]:
    site = await estate.site(name="Pier shop")
    agent = await estate.agent(site, device_name="Front till")
    await agent.tell("/agent/heartbeat")
    for cpu in (5, 7, 6):
        await agent.tell("/agent/telemetry", cpu_usage=cpu, memory_usage=40, disk_usage=50)
    return {"site": site, "device": agent.device_id}


async def test_a_report_is_made_read_and_taken_along(at_home: Any, fleet: dict[str, str]) -> None:
    page: Page = at_home.page
    await at_home.open("/reports")
    await expect(page.get_by_text("No report yet")).to_be_visible()
    await page.get_by_role("button", name="Make a report").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("About").select_option("device")
    await dialog.get_by_label("Device").fill(fleet["device"])
    await dialog.get_by_label("Kind").select_option("weekly")
    assert await at_home.barriers() == []
    await dialog.get_by_role("button", name="Make it").click()
    await page.get_by_role("heading", name="Weekly Summary - Front till", level=1).wait_for()
    report_id = page.url.rsplit("/", 1)[1]
    assert report_id.startswith("rpt_")
    await expect(page.get_by_role("heading", name="How it went")).to_be_visible()
    await expect(page.locator("canvas").first).to_be_visible()
    assert await at_home.barriers() == []
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert await at_home.sideways_px() == 0
    async with page.expect_download() as waiting:
        await page.get_by_role("link", name="PDF").click()
    paper = await (await waiting.value).path()
    written = pypdfium2.PdfDocument(paper)[0].get_textpage().get_text_range()
    assert report_id in written
    await at_home.open("/reports?kind=weekly")
    await expect(page.get_by_role("link", name="Weekly Summary - Front till")).to_have_count(2)


async def test_reports_come_by_themselves_as_the_pages_say(
    at_home: Any, fleet: dict[str, str], admin: httpx.AsyncClient
) -> None:
    page: Page = at_home.page
    await admin.post("/api/alerts/channels", json={"name": "Desk", "kind": "dashboard"})
    await at_home.open("/reports?view=schedules")
    await page.get_by_role("button", name="Add a schedule").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("When").select_option("weekly")
    await dialog.get_by_label("Of what").select_option("everything")
    await dialog.get_by_label("On the clock of").fill("Europe/Osol")
    await dialog.get_by_role("checkbox", name="Desk").check()
    await dialog.get_by_role("button", name="Add a schedule").click()
    await expect(dialog.get_by_text("did you mean Europe/Oslo?")).to_be_visible()
    assert await at_home.barriers() == []
    await dialog.get_by_label("On the clock of").fill("Europe/Oslo")
    await dialog.get_by_role("button", name="Add a schedule").click()
    await expect(page.get_by_text("All sites together · clock of Europe/Oslo")).to_be_visible()
    await expect(page.get_by_text("sent to Desk")).to_be_visible()
    (kept,) = (await admin.get("/api/ai/report-schedules")).json()["items"]
    assert (kept["report_type"], kept["scope"], len(kept["channel_ids"])) == (
        "weekly", "everything", 1,
    )  # fmt: skip
    assert await at_home.barriers() == []
    await page.get_by_role("button", name="Remove: Each Monday").click()
    await page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    await expect(page.get_by_text("No report comes by itself")).to_be_visible()
    at_home.forgive("status of 422")


async def test_a_site_says_what_it_amounts_to(at_home: Any, fleet: dict[str, str]) -> None:
    page: Page = at_home.page
    await at_home.open(f"/sites/{fleet['site']}")
    await page.get_by_role("link", name="Insights").last.click()
    await page.get_by_role("heading", name="What it costs").wait_for()
    await expect(page.get_by_role("heading", name="Pier shop")).to_be_visible()
    assert await at_home.barriers() == []
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert await at_home.sideways_px() == 0


async def test_what_was_done_at_a_site_says_by_whom_and_waits_for_its_effect(
    at_home: Any, fleet: dict[str, str], admin: httpx.AsyncClient
) -> None:
    page: Page = at_home.page
    until = str((now() + timedelta(days=20)).date())
    body = {"warranty_until": until}
    assert (await admin.patch(f"/api/devices/{fleet['device']}", json=body)).is_success
    await at_home.open(f"/sites/{fleet['site']}")
    await page.get_by_role("link", name="Insights").last.click()
    await page.get_by_role("button", name="Mark as done: The warranty of Front till").click()
    dialog = page.get_by_role("dialog")
    assert await at_home.barriers() == []
    await dialog.get_by_label("Note").fill("extended by a year")
    await dialog.get_by_role("button", name="Mark as done").click()
    await expect(page.get_by_text(re.compile(r"by .+ · extended by a year"))).to_be_visible()
    await expect(page.get_by_text("Too early to tell").first).to_be_visible()
    await expect(page.get_by_text(re.compile("0 of 7 days")).first).to_be_visible()
    assert await at_home.barriers() == []
    found = (await admin.get(f"/api/ai/insights/{fleet['site']}/actions")).json()["items"]
    assert [one["note"] for one in found] == ["extended by a year"]
