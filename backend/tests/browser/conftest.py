"""A real Chromium in front of the real server, and what it must never do."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    async_playwright,
    expect,
)

from homepot.access.permissions import Role

PAGES = Path(__file__).parents[3] / "frontend"
AXE = PAGES / "node_modules" / "axe-core" / "axe.min.js"
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
expect.set_options(timeout=20_000)

# Chromium reports a refusal as an error of the page; asking who one is and being told "nobody"
# is the ordinary beginning.
_EXPECTED = "the server responded with a status of 401"


@dataclass
class Visitor:
    """A person at a browser of their own; everything the browser did wrong is kept."""

    context: BrowserContext
    page: Page
    server: str
    wrong: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.wrong.append(f"page error: {error}"))
        self.page.on("request", lambda request: self._request(request.url))
        self.page.on("websocket", lambda socket: self._request(socket.url))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and _EXPECTED not in message.text:
            self.wrong.append(f"console: {message.text}")

    def _request(self, url: str) -> None:
        own = (self.server + "/", self.server.replace("http", "ws") + "/")
        if not url.startswith(own):
            self.wrong.append(f"asked elsewhere: {url}")

    def forgive(self, expected: str) -> None:
        """What the browser reports although the test meant it to happen."""
        self.wrong = [one for one in self.wrong if expected not in one]

    async def open(self, path: str) -> None:
        await self.page.goto(self.server + path)

    async def sign_in(self, username: str, password: str) -> None:
        await self.page.get_by_label("Username").fill(username)
        await self.page.get_by_label("Password").fill(password)
        await self.page.get_by_role("button", name="Sign in").click()

    async def is_live(self) -> None:
        await self.page.locator('[data-live="live"]').wait_for()

    async def barriers(self) -> list[str]:
        """What axe finds, in light and in dark: the rule and the first place."""
        found = []
        schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
        for scheme in schemes:
            await self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            await self.page.evaluate(AXE.read_text(encoding="utf-8"))
            result: dict[str, Any] = await self.page.evaluate(
                "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',"
                " 'best-practice']})"
            )
            assert result["passes"], "axe looked at nothing"
            found += [
                f"{scheme}: {one['id']} at {one['nodes'][0]['html']}: "
                f"{one['nodes'][0]['failureSummary']}"
                for one in result["violations"]
            ]
        return found

    async def sideways_px(self) -> int:
        """By how much something on the page reaches beyond its edge."""
        wide: int = await self.page.evaluate(
            "document.body.scrollWidth - document.body.clientWidth"
        )
        return wide


@pytest.fixture(scope="session")
def chromium_path() -> str:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
    if not Path(path).exists():
        pytest.fail("the browser tests need Chromium: apt-get install chromium")
    if not (PAGES / "dist" / "index.html").exists() or not AXE.exists():
        pytest.fail("the pages are not built: npm ci && npm run build in frontend/")
    return path


@pytest.fixture(scope="session")
async def chromium(chromium_path: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=_FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
async def visitor(chromium: Browser, server: str) -> AsyncIterator[Visitor]:
    """Somebody at a desk who has not signed in. At the end nothing may have gone wrong."""
    async with await chromium.new_context(
        viewport={"width": 1280, "height": 800},
        locale="en-GB",
        timezone_id="Europe/Lisbon",
    ) as context:
        context.set_default_timeout(20_000)
        someone = Visitor(context, await context.new_page(), server)
        someone.watch()
        yield someone
        assert someone.wrong == []


@pytest.fixture
async def at_home(visitor: Visitor, people: Any) -> Visitor:
    """An administrator who has signed in."""
    admin = await people.add(Role.ADMIN)
    await visitor.open("/sign-in?next=%2Fdevices")
    await visitor.sign_in(admin.username, admin.password)
    await visitor.page.get_by_role("heading", name="Devices", exact=True).wait_for()
    return visitor


@pytest.fixture
async def wire(server: str) -> AsyncIterator[httpx.AsyncClient]:
    """How devices reach the server: over a real socket."""
    async with httpx.AsyncClient(base_url=server) as client:
        yield client
