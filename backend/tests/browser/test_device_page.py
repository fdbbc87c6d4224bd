"""The page of a device: what it measured, looked at more closely, and a command sent to it."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Page, expect

from homepot.access.permissions import Permission, Role
from homepot.core.clock import now


@pytest.fixture
async def warm(estate: Any, people: Any) -> str:
    """A device that has reported for an hour; its page."""
    device = (await estate.agent(device_name="Cold store")).device_id
    end = now()
    readings = [
        {
            "device_id": device,
            "timestamp": (end - timedelta(minutes=60 - minute)).isoformat(),
            "metrics": {"temperature_celsius": 4 + minute / 60, "cpu_percent": 20.0 + minute},
        }
        for minute in range(0, 60, 5)
    ]
    program = await people.program(await people.add(Role.OPERATOR), Permission.TELEMETRY_WRITE)
    answer = await program.post("/api/telemetry", json={"readings": readings})
    assert answer.status_code < 300, answer.text
    return f"/devices/{device}"


async def test_what_a_device_measured_is_seen_moved_and_compared(at_home: Any, warm: str) -> None:
    page: Page = at_home.page
    await at_home.open(warm)
    chart = page.get_by_role("group", name="Temperature")
    await expect(chart.locator("canvas")).to_be_visible()
    await expect(page.get_by_role("button", name="24 hours", pressed=True)).to_be_visible()

    await page.get_by_role("button", name="1 hour").click()
    await page.wait_for_url("**span=1h**")
    await chart.focus()
    await page.keyboard.press("+")
    await page.wait_for_url("**from=**to=**")
    await page.keyboard.press("0")
    await page.wait_for_url(lambda url: "from=" not in url)

    box = await chart.locator(".u-over").bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 40)
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 40, steps=4)
    await page.mouse.up()
    await page.wait_for_url("**from=**to=**")
    await page.go_back()
    await page.wait_for_url(lambda url: "from=" not in url)

    await page.get_by_label("Compare").select_option("day")
    await page.wait_for_url("**before=day**")
    await page.get_by_text("Numbers as a table").first.click()
    await expect(page.get_by_role("columnheader", name="Highest")).to_be_visible()
    assert await at_home.barriers() == []
    await page.set_viewport_size({"width": 390, "height": 844})
    assert await at_home.sideways_px() <= 0


async def test_a_command_goes_out_after_a_question(at_home: Any, warm: str) -> None:
    page: Page = at_home.page
    await at_home.open(warm)
    await page.get_by_role("button", name="Send a command").click()
    assert await page.get_by_text("No command was sent to this device.").is_visible()
    await page.get_by_role("dialog").get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_text("Waiting", exact=True)).to_be_visible()
