"""Every page, in light and dark, at a desk and on a phone: open to everybody, nothing cut off."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Page, ViewportSize, expect

from homepot.core.clock import now

SIZES: dict[str, ViewportSize] = {
    "desk": {"width": 1280, "height": 800},
    # the narrowest a page must fit into (WCAG 1.4.10)
    "phone": {"width": 320, "height": 640},
}
# More than two pages of the list.
DEVICES = 230


async def _furnish(estate: Any) -> dict[str, str]:
    """A site, a device that was heard and said things, one that never was."""
    site = await estate.site(
        name="Donaudampfschifffahrtsgesellschaft Hauptniederlassung",
        address="A very long street name without any end in sight 12345, Somewhere",
        tariff={"downtime_cost_per_hour": 120.5, "visit_cost": 90, "currency": "EUR"},
    )
    agent = await estate.agent(site, device_name="Sensor-with-a-name-that-never-seems-to-end-0001")
    await agent.tell("/agent/heartbeat")
    for severity in ("critical", "warning", "info"):
        await agent.tell("/agent/alert", title=f"Door open ({severity})", severity=severity)
    ping = {"command_type": "ping"}
    await estate.admin.post(f"/api/devices/{agent.device_id}/commands", json=ping)
    silent = {"site_id": site, "name": "Silent", "type": "server", "provenance": "imported"}
    assert (await estate.admin.post("/api/devices", json=silent)).status_code == 201
    for what, days in (("Change the fan", -1), ("Clean the filter", 3)):
        due = (now() + timedelta(days=days)).isoformat()
        line = {"device_id": agent.device_id, "what": what, "due_at": due}
        assert (await estate.admin.post("/api/ai/maintenance", json=line)).status_code == 201
    return {"site": site, "device": agent.device_id}


def _pages(made: dict[str, str]) -> dict[str, str]:
    """Each address and the heading that tells it is there."""
    return {
        "/devices": "Devices",
        "/devices?q=nothing-is-called-this": "No device fits",
        f"/devices/{made['device']}": "Sensor",
        "/devices/DEVICE-NOT-THERE": "Nothing here",
        "/sites": "Sites",
        f"/sites/{made['site']}": "Donau",
        "/alerts": "Alerts",
        "/alerts?view=channels": "No channel",
        "/alerts?view=log": "Alerts",
        "/settings": "Settings",
        "/settings?view=limits": "Settings",
        "/settings?view=audit": "Settings",
        "/ahead": "What is ahead",
        "/ahead?view=schedule": "What is ahead",
        "/ahead?view=month": "What is ahead",
        "/status": "Status",
        "/people": "People",
        "/password": "Change password",
        "/nowhere": "Nothing here",
    }


async def _settled(page: Page, heading: str) -> None:
    await page.get_by_role("heading", name=heading).first.wait_for()
    await expect(page.locator('[aria-busy="true"]')).to_have_count(0)
    await page.evaluate("document.fonts.ready")


@pytest.mark.parametrize("size", SIZES)
async def test_no_page_has_a_barrier(at_home: Any, estate: Any, size: str) -> None:
    page: Page = at_home.page
    made = await _furnish(estate)
    await page.set_viewport_size(SIZES[size])
    barriers: dict[str, list[str]] = {}
    for path, heading in _pages(made).items():
        await at_home.open(path)
        await _settled(page, heading)
        if found := await at_home.barriers():
            barriers[path] = found
        assert await at_home.sideways_px() == 0, f"{path} scrolls sideways"
    at_home.forgive("status of 404")
    assert not barriers, "\n".join(
        f"{at}: {one}" for at, found in barriers.items() for one in found
    )


@pytest.mark.parametrize("size", SIZES)
async def test_no_window_has_a_barrier(at_home: Any, estate: Any, size: str) -> None:
    page: Page = at_home.page
    made = await _furnish(estate)
    await page.set_viewport_size(SIZES[size])
    barriers: dict[str, list[str]] = {}

    async def look(name: str) -> None:
        if found := await at_home.barriers():
            barriers[name] = found
        assert await at_home.sideways_px() == 0, f"{name} scrolls sideways"

    await at_home.open("/devices")
    await _settled(page, "Devices")
    await page.locator("summary").click()
    await look("the menu of the account")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Add a device").click()
    for way in ("site's key", "one-time claim", "By hand"):
        await page.get_by_role("radio", name=way).check()
        await look(way)
    await page.get_by_role("radio", name="one-time claim").check()
    await page.get_by_role("button", name="Make a claim").click()
    await page.get_by_text("Claim token", exact=True).wait_for()
    await look("the claim")

    await at_home.open(f"/sites/{made['site']}")
    await page.get_by_role("button", name="New key").click()
    await page.get_by_role("dialog").get_by_text("Key", exact=True).wait_for()
    await look("the new key")
    await page.get_by_role("button", name="Done").click()
    await page.get_by_role("button", name="Revoke the key").first.click()
    await look("revoking")

    await at_home.open(f"/devices/{made['device']}")
    await page.get_by_role("button", name="New device key").click()
    await page.get_by_role("dialog").get_by_role("button", name="New device key").click()
    await page.get_by_role("dialog").get_by_text("hpd_").wait_for()
    await look("the device key")

    await at_home.open("/people")
    await page.get_by_role("button", name="Add a person").click()
    await look("a new person")
    assert not barriers, "\n".join(
        f"{at}: {one}" for at, found in barriers.items() for one in found
    )


@pytest.mark.parametrize("size", SIZES)
async def test_the_door_has_no_barrier(visitor: Any, size: str) -> None:
    page: Page = visitor.page
    await page.set_viewport_size(SIZES[size])
    await visitor.open("/")
    await page.get_by_role("heading", name="Sign in").wait_for()
    assert await visitor.barriers() == []
    await visitor.sign_in("nobody", "wrong password")
    await page.get_by_role("alert").wait_for()
    assert await visitor.barriers() == []
    assert await visitor.sideways_px() == 0


async def test_the_keyboard_is_enough(at_home: Any, estate: Any) -> None:
    page: Page = at_home.page
    made = await _furnish(estate)
    await at_home.open("/devices")
    await _settled(page, "Devices")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()

    opener = page.get_by_role("button", name="Add a device")
    await opener.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(opener).to_be_focused()

    await page.keyboard.press("/")
    await expect(page.get_by_role("searchbox")).to_be_focused()
    await page.keyboard.type(made["device"])
    await expect(page.get_by_text("1 device", exact=True)).to_be_visible()
    await page.locator("tbody a").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Sensor").first).to_be_visible()


async def test_a_long_list_is_drawn_only_where_one_looks(at_home: Any, estate: Any) -> None:
    page: Page = at_home.page
    site = await estate.site()
    for number in range(DEVICES):
        made = {"site_id": site, "name": f"Till {number:04}", "type": "pos_terminal"}
        assert (await estate.admin.post("/api/devices", json=made)).status_code == 201
    await at_home.open("/devices")
    rows = page.locator("tbody tr[data-index]")
    await rows.first.get_by_role("link").focus()
    while await page.get_by_text(f"{DEVICES} of {DEVICES} devices loaded").count() == 0:
        await page.keyboard.press("End")
        await expect(page.locator("tbody a:focus")).to_have_count(1)
    await page.keyboard.press("End")
    await expect(page.locator(":focus")).to_have_text(f"Till {DEVICES - 1:04}")
    assert await rows.count() < 80
    await page.keyboard.press("Home")
    await expect(page.locator(":focus")).to_have_text("Till 0000")
