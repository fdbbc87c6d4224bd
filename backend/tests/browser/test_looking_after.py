"""Bring a device in, change what is known of it, and plan what is done on it."""

import json
import re
from typing import Any

import httpx
from playwright.async_api import Page, expect

from homepot.access.permissions import Role

USAGE = {"cpu_usage": 4.5, "memory_usage": 30.0, "disk_usage": 51.0}


async def test_a_newcomer_is_waited_for_up_to_its_first_reading(
    at_home: Any, estate: Any, wire: httpx.AsyncClient
) -> None:
    page: Page = at_home.page
    await estate.site()
    await at_home.open("/devices")
    await at_home.is_live()
    await page.get_by_role("button", name="Add a device").first.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="New key").click()
    await expect(dialog.get_by_text("Waiting for the first device…")).to_be_visible()
    await dialog.get_by_text("The enrolment command as a QR code").click()
    await expect(dialog.get_by_role("img")).to_be_visible()
    assert await at_home.barriers() == []
    await dialog.get_by_text("Without the HOMEPOT agent").click()
    command = await dialog.locator("code").last.inner_text()

    body = re.search(r"-d '(.*)'", command, re.DOTALL)
    assert body is not None, command
    answer = await wire.post("/api/v1/devices/bootstrap-provision", json=json.loads(body[1]))
    device = answer.json()["data"]
    await expect(dialog.get_by_text("Enrolled")).to_be_visible()
    await expect(dialog.get_by_role("listitem").filter(has_text="Heard from")).to_contain_text(
        "not yet"
    )
    headers = {"X-Device-ID": device["device_id"], "X-API-Key": device["api_key"]}
    told = {"device_id": device["device_id"], **USAGE}
    stored = await wire.post("/api/v1/agent/telemetry", headers=headers, json=told)
    assert stored.is_success, stored.text
    await expect(dialog.get_by_text("not yet")).to_have_count(0)
    assert await at_home.barriers() == []
    await dialog.get_by_role("link", name="Open its page").click()
    await expect(page.get_by_role("heading", name="Agent", exact=True)).to_be_visible()


async def test_a_device_is_renamed_moved_and_given_a_limit_of_its_own(
    at_home: Any, estate: Any
) -> None:
    page: Page = at_home.page
    agent = await estate.agent(await estate.site(name="Pier"), device_name="Door")
    await estate.site(name="Quay")
    await at_home.open(f"/devices/{agent.device_id}")
    await page.get_by_role("button", name="Edit").click()
    dialog = page.get_by_role("dialog")
    assert await at_home.barriers() == []
    await dialog.get_by_label("Name").fill("Cold store door")
    await dialog.get_by_label("Site").select_option(label="Quay")
    await dialog.get_by_label("Tags").fill("north, frost")
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="Cold store door")).to_be_visible()
    await expect(page.get_by_role("link", name="Quay")).to_be_visible()
    await expect(page.get_by_text("frost", exact=True)).to_be_visible()

    await page.get_by_role("link", name="Limits").click()
    field = page.get_by_role("spinbutton", name=re.compile("Processor.*Warning above"))
    await field.fill("61")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Said of this device:")).to_be_visible()
    assert await at_home.barriers() == []
    said = await estate.admin.get(f"/api/devices/{agent.device_id}/thresholds")
    limits = {one["metric"]: one["warning_above"] for one in said.json()["limits"]}
    assert limits["cpu_percent"] == 61


async def test_upkeep_is_planned_ordered_and_done(at_home: Any, estate: Any) -> None:
    page: Page = at_home.page
    agent = await estate.agent(device_name="Door")
    await at_home.open("/ahead?view=schedule")
    await page.get_by_role("button", name="Plan upkeep").click()
    dialog = page.get_by_role("dialog")
    assert await at_home.barriers() == []
    await dialog.get_by_label("Device").fill("DEVICE-NOBODY")
    await dialog.get_by_label("What is to be done").fill("Oil the hinge")
    await dialog.get_by_role("button", name="Plan upkeep").click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    at_home.forgive("status of 404")
    await dialog.get_by_label("Device").fill(agent.device_id)
    await dialog.get_by_role("button", name="Plan upkeep").click()
    await page.get_by_role("button", name="Ordered").click()
    await expect(page.get_by_text("Ordered", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Done").click()
    await expect(page.get_by_text("Nothing is planned")).to_be_visible()


async def test_a_viewer_sees_what_is_ahead_and_changes_nothing(
    visitor: Any, people: Any, estate: Any
) -> None:
    page: Page = visitor.page
    agent = await estate.agent(device_name="Door")
    line = {"device_id": agent.device_id, "what": "Oil it", "due_at": "2031-01-01T00:00:00Z"}
    assert (await estate.admin.post("/api/ai/maintenance", json=line)).status_code == 201
    viewer = await people.add(Role.VIEWER)
    await visitor.open("/ahead?view=schedule")
    await visitor.sign_in(viewer.username, viewer.password)
    await expect(page.get_by_text("Oil it")).to_be_visible()
    for name in ("Plan upkeep", "Ordered", "Done", "Change: Oil it"):
        await expect(page.get_by_role("button", name=name)).to_have_count(0)
    await visitor.open("/status")
    await expect(page.get_by_role("heading", name="Status")).to_be_visible()
    await visitor.open(f"/devices/{agent.device_id}")
    await expect(page.get_by_role("heading", name="Agent", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="Edit")).to_have_count(0)
