"""The pictures of the guides: the main pages, in light and dark, at a desk and on a phone.

`make pictures` starts the product with its simulated fleet on a folder of its own, waits until the
pages have something to show, and writes docs/pictures/*.webp. With HOMEPOT_PICTURES_OF (an address)
and HOMEPOT_PICTURES_PASSWORD it takes them of an installation that runs, as its user admin.
"""

import io
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright
from stage import data_folder, free_port, product

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
SIZES = {"desk": (1440, 900), "phone": (390, 844)}
SCHEMES = ("light", "dark")
PASSWORD = "nine quiet lanterns"  # noqa: S105  of a folder that is thrown away
ASKED = "/ask?q=Which%20devices%20had%20the%20most%20incidents%20this%20week%3F"
HISTORY_WITHIN_S = 300.0
QUALITY = 80
TOGETHER_BYTES_MAX = 3_000_000
_BUSY = 'main [aria-busy="true"], main .animate-pulse'
_ONCE = re.compile(r"one-time password: (\S+)")


@contextmanager
def _somewhere() -> Iterator[tuple[str, str]]:
    """An address to look at, and the password of admin there."""
    if given := os.environ.get("HOMEPOT_PICTURES_OF"):
        yield given.rstrip("/"), os.environ.get("HOMEPOT_PICTURES_PASSWORD", PASSWORD)
        return
    port = free_port()
    command = [str(Path(sys.executable).with_name("homepot")), "up", "--port", str(port), "--demo"]
    with data_folder() as data, product(command, data, port, AI_ENABLED="false"):
        server = f"http://127.0.0.1:{port}"
        once = _until(lambda: _ONCE.search((data / "benchmark.log").read_text()), "a password")
        _choose_password(server, once[1])
        yield server, PASSWORD


def _choose_password(server: str, once: str) -> None:
    with httpx.Client(base_url=server, timeout=60) as client:
        came = client.post("/api/auth/login", json={"username": "admin", "password": once})
        client.headers["X-CSRF-Token"] = came.json()["csrf_token"]
        body = {"current_password": once, "new_password": PASSWORD}
        client.post("/api/auth/password", json=body).raise_for_status()


def _until(look: Any, what: str) -> Any:
    end = time.monotonic() + HISTORY_WITHIN_S
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.5)
    raise SystemExit(f"There was no {what} within {HISTORY_WITHIN_S:g} s.")


def _places(server: str, password: str) -> dict[str, str]:
    """Each picture and its address: of what there is most to see."""
    with httpx.Client(base_url=server, timeout=60) as client:
        client.post("/api/auth/login", json={"username": "admin", "password": password})

        def first(path: str, key: str) -> str | None:
            items = client.get(path).raise_for_status().json()["items"]
            return str(items[0][key]) if items else None

        device = _until(lambda: first("/api/devices?type=gateway&limit=1", "device_id"), "device")
        incident = first("/api/incidents?limit=1", "incident_id")
    found = {
        "overview": "/",
        "devices": "/devices",
        "device": f"/devices/{device}?span=7d",
        "incidents": "/incidents",
        "ahead": "/ahead",
        "ask": ASKED,
        "insights": "/insights",
        "status": "/status",
    }
    return found | ({"incident": f"/incidents/{incident}"} if incident else {})


def _page(browser: Browser, server: str, password: str, size: str, scheme: str) -> Page:
    width, height = SIZES[size]
    page = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
        locale="en-GB",
    )
    page.goto(f"{server}/sign-in")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Devices").first.wait_for()
    return page


def _take(page: Page, address: str, path: Path) -> None:
    page.goto(address)
    page.locator("h1").first.wait_for()
    expect(page.locator(_BUSY)).to_have_count(0, timeout=60_000)
    page.evaluate("document.fonts.ready")
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.convert("RGB").save(path, "WEBP", quality=QUALITY, method=6)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
    with _somewhere() as (server, password), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        places = _places(server, password)
        for size in SIZES:
            for scheme in SCHEMES:
                page = _page(browser, server, password, size, scheme)
                for name, path in places.items():
                    _take(page, server + path, FOLDER / f"{name}-{size}-{scheme}.webp")
                page.close()
        browser.close()
    together = sum(one.stat().st_size for one in FOLDER.glob("*.webp"))
    sys.stdout.write(f"{len(places) * 4} pictures, {together / 1000:,.0f} kB, in {FOLDER}\n")
    if together > TOGETHER_BYTES_MAX:
        raise SystemExit(f"They may be {TOGETHER_BYTES_MAX / 1e6:g} MB together.")


if __name__ == "__main__":
    main()
