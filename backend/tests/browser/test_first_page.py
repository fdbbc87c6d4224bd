"""The whole road from the browser to the database, walked once as a person walks it."""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from playwright.async_api import Page, WebSocketRoute, expect

from homepot.access.permissions import Role

OWN_PASSWORD = "nine quiet lanterns"


async def _enrol(wire: httpx.AsyncClient, command: str) -> dict[str, str]:
    """What the copied command does, without the shell: curl <address> -H … -d '<body>'."""
    address = re.search(r"https?://\S+", command)
    body = re.search(r"-d '(.*)'", command, re.DOTALL)
    assert address is not None, command
    assert body is not None, command
    answer = await wire.post(address[0], json=json.loads(body[1]))
    assert answer.status_code == 200, answer.text
    data: dict[str, str] = answer.json()["data"]
    return data


async def _heartbeat(wire: httpx.AsyncClient, device: dict[str, str]) -> None:
    headers = {"X-Device-ID": device["device_id"], "X-API-Key": device["api_key"]}
    body = {"device_id": device["device_id"]}
    answer = await wire.post("/api/v1/agent/heartbeat", headers=headers, json=body)
    assert answer.status_code == 200, answer.text


async def _remember_no_reload(page: Page) -> None:
    await page.evaluate("window.sameDocument = true")


async def _was_not_reloaded(page: Page) -> bool:
    return bool(await page.evaluate("window.sameDocument === true"))


async def test_a_one_time_password_opens_only_the_way_to_an_own_one(
    visitor: Any, admin: httpx.AsyncClient
) -> None:
    made = await admin.post("/api/users", json={"username": "mara", "role": "operator"})
    once = made.json()["one_time_password"]
    page: Page = visitor.page

    await visitor.open("/sites")
    await visitor.sign_in("mara", "not the password")
    await expect(page.get_by_role("alert")).to_have_text("Username or password is wrong.")

    await visitor.sign_in("mara", once)
    await expect(page.get_by_role("heading", name="Choose your password")).to_be_visible()
    await visitor.open("/devices")
    await expect(page.get_by_role("heading", name="Choose your password")).to_be_visible()

    await page.get_by_label("One-time password").fill(once)
    await page.get_by_label("New password", exact=True).fill(OWN_PASSWORD)
    await page.get_by_label("Repeat new password").fill(OWN_PASSWORD)
    await page.get_by_role("button", name="Save password").click()
    await expect(page.get_by_role("heading", name="Devices", exact=True)).to_be_visible()

    await page.get_by_text("mara", exact=True).first.click()
    await page.get_by_role("button", name="Sign out").click()
    await visitor.sign_in("mara", OWN_PASSWORD)
    await expect(page.get_by_role("heading", name="No device yet")).to_be_visible()


async def test_a_device_enrols_and_comes_online_before_the_readers_eyes(
    at_home: Any, wire: httpx.AsyncClient
) -> None:
    page: Page = at_home.page
    await page.get_by_role("link", name="Sites").first.click()
    await page.get_by_role("button", name="Add a site").first.click()
    await page.get_by_role("textbox", name="Name", exact=True).fill("Bäckerei Sonnenallee")
    await page.get_by_role("combobox", name="Timezone").fill("Europe/Berlin")
    await page.get_by_role("dialog").get_by_role("button", name="Add a site").click()
    await expect(page.get_by_role("heading", name="Bäckerei Sonnenallee")).to_be_visible()

    await page.get_by_role("button", name="New key").click()
    await page.get_by_text("Without the HOMEPOT agent").click()
    command = await page.get_by_role("dialog").locator("code").last.inner_text()
    await page.get_by_role("button", name="Done").click()
    await page.get_by_role("link", name="Show devices").click()
    await expect(page.get_by_text("No device fits")).to_be_visible()
    await at_home.is_live()
    await _remember_no_reload(page)

    device = await _enrol(wire, command)
    row = page.locator("tbody tr", has_text=device["device_id"])
    await expect(row).to_be_visible()
    await expect(row.get_by_text("Real").last).to_be_visible()
    await expect(row.get_by_text("Never heard from").last).to_be_visible()
    await _heartbeat(wire, device)
    await expect(row.get_by_text("Online").last).to_be_visible()

    await row.get_by_role("link").click()
    await expect(page.get_by_role("heading", name="Connection history")).to_be_visible()
    await expect(page.get_by_text("Online", exact=True).first).to_be_visible()
    assert await _was_not_reloaded(page)


async def test_a_view_is_kept_by_its_address(at_home: Any, estate: Any) -> None:
    page: Page = at_home.page
    site = await estate.site()
    for name, kind in (("Till 1", "pos_terminal"), ("Till 2", "pos_terminal"), ("Door", "gateway")):
        made = {"site_id": site, "name": name, "type": kind}
        assert (await estate.admin.post("/api/devices", json=made)).status_code == 201

    await at_home.open("/devices")
    await page.get_by_role("searchbox").fill("till")
    await expect(page.get_by_text("2 devices", exact=True)).to_be_visible()
    await page.get_by_role("combobox", name="Type").select_option("pos_terminal")
    await page.get_by_role("columnheader", name="Name").get_by_role("button").click()
    await expect(page).to_have_url(re.compile(r"\?q=till&type=pos_terminal&sort=-name$"))

    await page.reload()
    await expect(page.get_by_role("searchbox")).to_have_value("till")
    names = page.locator("tbody a")
    await expect(names).to_have_text(["Till 2", "Till 1"])

    await names.first.click()
    await page.get_by_role("heading", name="Till 2").wait_for()
    await page.go_back()
    await expect(names).to_have_text(["Till 2", "Till 1"])


async def test_an_ended_session_leads_to_the_door_and_back(at_home: Any, people: Any) -> None:
    page: Page = at_home.page
    other = await people.add(Role.VIEWER)
    await at_home.open("/sites?q=harbour")
    await at_home.is_live()
    await at_home.context.clear_cookies()
    await page.get_by_role("link", name="Devices").first.click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await at_home.sign_in(other.username, other.password)
    await expect(page.get_by_role("heading", name="Devices", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="Add a device")).to_have_count(0)
    await expect(page.get_by_role("link", name="People")).to_have_count(0)


class Line:
    """The live connection, led through the test so that it can be cut."""

    def __init__(self) -> None:
        self.sockets: list[WebSocketRoute] = []
        self.is_cut = False

    async def opened(self, socket: WebSocketRoute) -> None:
        self.sockets.append(socket)
        if self.is_cut:
            await socket.close(code=1011)
        else:
            socket.connect_to_server()

    async def cut(self) -> None:
        self.is_cut = True
        await self.sockets[-1].close(code=1011)

    @property
    def resume(self) -> str | None:
        """The token that came with the newest attempt."""
        tokens = parse_qs(urlsplit(self.sockets[-1].url).query).get("resume")
        return tokens[0] if tokens else None


async def test_a_lost_line_is_said_and_what_was_missed_is_shown(
    at_home: Any, estate: Any, wire: httpx.AsyncClient
) -> None:
    page: Page = at_home.page
    agent = await estate.agent()
    device = {"device_id": agent.device_id, "api_key": agent.api_key}
    line = Line()
    await page.route_web_socket("**/api/live*", line.opened)
    await at_home.open("/devices")
    row = page.locator("tbody tr", has_text=agent.device_id)
    await expect(row.get_by_text("Never heard from").last).to_be_visible()
    await at_home.is_live()
    assert line.resume is None

    await line.cut()
    await expect(page.locator('[data-live="stale"]')).to_contain_text("Stale since")
    await _heartbeat(wire, device)
    line.is_cut = False
    await at_home.is_live()
    assert line.resume is not None
    await expect(row.get_by_text("Online").last).to_be_visible()
