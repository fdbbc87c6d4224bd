"""The pages in Chromium: what is loaded first, and frames while something moves.

The server's files are real; what the API would answer is given, so that a page has exactly as much
to show as the figure says. Frames are measured in the page: the longest wait of twenty between two
of them (95 of 100 are shorter), beside the same on an empty page in the same run. 60 frames a
second are 16.7 ms. What the page's own thread worked for a frame stands beside it: other programs
of the machine disturb that less. Live updates are made inside the page, as fast as is asked for.
"""

import asyncio
import json
import math
import re
import shutil
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, CDPSession, Page, Route, async_playwright
from report import Row
from stage import data_folder, free_port, product

POINTS = 50_000
DEVICES = 10_000
EVENTS_PER_S = 1_000
# An hour of ten updates a second, by a faster clock; the first of them fill what is remembered.
HOUR_OF_EVENTS = 36_000
FIRST_EVENTS = 6_000
HOUR_EVENTS_PER_S = 3_000
FRAMES = 240
LOADS = 5
READY_WITHIN_S = 120.0
LISTED = 100  # as the server gives it: a page of the list
_NOW = datetime.now(UTC)
_EMPTY = "<!doctype html><title>empty</title><p>empty</p>"

# Waits between frames, in milliseconds, while `act` is done in each of them.
_FRAMES = """async ({count, act}) => {
  const step = new Function("k", act);
  const waits = [];
  let before = await new Promise(requestAnimationFrame);
  for (let k = 0; k < count; k += 1) {
    step(k);
    const at = await new Promise(requestAnimationFrame);
    waits.push(at - before);
    before = at;
  }
  return waits;
}"""
_ZOOM = """
  const box = document.querySelector('.u-over');
  const edge = box.getBoundingClientRect();
  box.dispatchEvent(new WheelEvent('wheel', {bubbles: true, cancelable: true, ctrlKey: true,
    deltaY: k % 80 < 40 ? -25 : 25, clientX: edge.left + edge.width * 0.6, clientY: edge.top}));
"""
# Stands where the page looks for its WebSocket. By the clock: what a burst that came late has left
# open, the next one tells too.
_FEED = """(() => {
  window.told = 0;
  window.WebSocket = class {
    constructor() { setTimeout(() => this.begin()); }
    close() { clearInterval(this.timer); }
    say(message) { this.onmessage?.({data: JSON.stringify(message)}); }
    begin() {
      this.say({type: 'hello', resume: '0'});
      const began = performance.now();
      this.timer = setInterval(() => {
        const due = Math.min(MOST, (performance.now() - began) / 1000 * PER_S);
        while (window.told < due) {
          const number = ++window.told;
          const state = Math.floor(number / DEVICES) % 2 ? 'offline' : 'online';
          this.say({type: 'event', resume: String(number), id: number, kind: 'device.changed',
            at: new Date().toISOString(),
            data: {device_id: `DEVICE-${number % DEVICES}`, connectivity: state}});
        }
      }, 20);
    }
  };
})()"""
_SCROLL = "scrollBy(0, k % 120 < 60 ? 120 : -110);"


def run() -> list[Row]:
    port = free_port()
    command = [
        str(Path(sys.executable).with_name("homepot")),
        "up",
        "--port",
        str(port),
    ]
    with data_folder() as data, product(command, data, port):
        return asyncio.run(_measured(f"http://127.0.0.1:{port}"))


async def _measured(server: str) -> list[Row]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        rows = await _loading(browser, server)
        rows += await _moving(browser, server)
        rows.append(await _growing(browser, server))
        await browser.close()
        return rows


async def _moving(browser: Browser, server: str) -> list[Row]:
    empty = await _open(browser, server, None)
    await empty.evaluate("document.body.style.height = '400000px'")
    still = await _frames(empty, _SCROLL)
    await empty.context.close()
    found = []
    chart = await _open(browser, server, "/devices/DEVICE-1?metrics=cpu_percent&span=30d")
    await chart.locator(".u-over").first.wait_for()
    zoomed = await _frames(chart, _ZOOM)
    found += _rows(f"a frame while a chart of {POINTS:,} points is zoomed", zoomed, still)
    await chart.context.close()
    devices = await _open(browser, server, "/devices")
    await devices.get_by_text("Till 1", exact=True).first.wait_for()
    scrolled = await _frames(devices, _SCROLL)
    found += _rows(f"a frame while a list of {DEVICES:,} rows is scrolled", scrolled, still)
    await devices.context.close()
    live = await _open(browser, server, "/devices", events_per_s=EVENTS_PER_S, count=LISTED)
    await live.get_by_text("Till 1", exact=True).first.wait_for()
    found += _rows(f"a frame at {EVENTS_PER_S:,} live updates/s", await _frames(live, ""), still)
    await live.context.close()
    return found


async def _growing(browser: Browser, server: str) -> Row:
    """What stays in memory: of each moment what is there once the garbage is gone."""
    page = await _open(
        browser, server, "/devices",
        events_per_s=HOUR_EVENTS_PER_S, events=FIRST_EVENTS + HOUR_OF_EVENTS, count=LISTED,
    )  # fmt: skip
    before = await _heap_mib(page, FIRST_EVENTS)
    after = await _heap_mib(page, FIRST_EVENTS + HOUR_OF_EVENTS)
    await page.context.close()
    name = f"memory of the page after {HOUR_OF_EVENTS:,} more live updates"
    return Row(name, after, "MiB", f"after {FIRST_EVENTS:,}", before)


async def _heap_mib(page: Page, events: int) -> float:
    await page.wait_for_function(f"window.told >= {events}", timeout=600_000)
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("HeapProfiler.collectGarbage")
    usage = await devtools.send("Runtime.getHeapUsage")
    return float(usage["usedSize"]) / 2**20


async def _loading(browser: Browser, server: str) -> list[Row]:
    """What the first page costs; the peer of the time is a page with nothing in it."""
    took, bare, size = [], [], 0.0
    for _ in range(LOADS):
        page = await _open(browser, server, "/devices", count=LISTED)
        await page.get_by_text("Till 1", exact=True).first.wait_for()
        took.append(await page.evaluate("performance.now()"))
        size = await page.evaluate(
            "performance.getEntriesByType('resource').filter(one => one.name.endsWith('.js'))"
            ".reduce((sum, one) => sum + one.encodedBodySize, 0)"
        )
        await page.context.close()
        page = await _open(browser, server, None)
        bare.append(await page.evaluate("performance.now()"))
        await page.context.close()
    return [
        Row("first load, compressed JavaScript", size / 1024, "KiB", "the budget", 250.0),
        Row(
            "first load until the list stands (fresh browser profile)",
            statistics.median(took), "ms", "a page with nothing in it", statistics.median(bare),
        ),
    ]  # fmt: skip


@dataclass(frozen=True)
class Frames:
    waits: list[float]
    worked_ms: float
    """By the page's own thread, for each of them."""

    @property
    def slowest(self) -> float:
        return statistics.quantiles(self.waits, n=20)[-1]


async def _frames(page: Page, act: str) -> Frames:
    await page.evaluate(_FRAMES, {"count": 30, "act": act})
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = await _worked_s(devtools)
    waits: list[float] = await page.evaluate(_FRAMES, {"count": FRAMES, "act": act})
    return Frames(waits, (await _worked_s(devtools) - before) * 1000 / FRAMES)


async def _worked_s(devtools: CDPSession) -> float:
    found = (await devtools.send("Performance.getMetrics"))["metrics"]
    return next(float(one["value"]) for one in found if one["name"] == "TaskDuration")


def _rows(name: str, moved: Frames, still: Frames) -> list[Row]:
    waits, peer = moved.waits, "an empty page, scrolled"
    longest = f"95 of 100; median {statistics.median(waits):.1f} ms, longest {max(waits):.0f} ms"
    return [
        Row(f"{name} ({longest})", moved.slowest, "ms", peer, still.slowest),
        Row(f"{name}, work of the page", moved.worked_ms, "ms", peer, still.worked_ms),
    ]


async def _open(
    browser: Browser,
    server: str,
    path: str | None,
    *,
    events_per_s: int = 0,
    events: int = 10**9,
    count: int = DEVICES,
) -> Page:
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    page.set_default_timeout(READY_WITHIN_S * 1000)
    if path is None:
        await page.route(
            "**/empty",
            lambda route: route.fulfill(body=_EMPTY, content_type="text/html"),
        )
        await page.goto(f"{server}/empty")
        return page
    await page.route("**/api/**", _answer)
    await page.route("**/api/devices?*", lambda route: route.fulfill(json=_devices(count)))
    said = {"PER_S": events_per_s, "MOST": events, "DEVICES": DEVICES}
    await page.add_init_script(f"const {{PER_S, MOST, DEVICES}} = {json.dumps(said)}; {_FEED}")
    await page.goto(server + path)
    return page


# -- what the API would answer ------------------------------------------------------------------


async def _answer(route: Route) -> None:
    path = route.request.url.split("/api", 1)[1].partition("?")[0]
    found = next((make for ends, make in _ANSWERS if re.fullmatch(ends, path)), None)
    if found is None:
        await route.fulfill(status=404, json={"title": "Not here", "status": 404})
    else:
        await route.fulfill(json=found())


def _me() -> dict[str, Any]:
    user = {
        "id": 1, "username": "bench", "name": "Bench", "role": "viewer",
        "tenant": {"id": 1, "name": "Bench"}, "must_change_password": False,
        "permissions": ["fleet:read"],
    }  # fmt: skip
    return {"user": user, "csrf_token": "bench"}


def _device(number: int) -> dict[str, Any]:
    none = (
        "location firmware serial installed_on warranty_until health_reason last_heartbeat_at"
        " silent_after clock_skew_s clock_wrong_since os_details mac_address local_ip wan_ip"
        " peripherals archived_at"
    )
    return {
        **dict.fromkeys(none.split()),
        "device_id": f"DEVICE-{number}", "name": f"Till {number}", "type": "pos_terminal",
        "site_id": "SITE-1", "site_name": "Harbour", "site_timezone": "Europe/Lisbon", "tags": [],
        "provenance": "real", "lifecycle": "active", "connectivity": "online", "health": "healthy",
        "last_seen_at": _NOW.isoformat(), "created_at": _NOW.isoformat(), "version": 1,
    }  # fmt: skip


def _devices(count: int = DEVICES) -> dict[str, Any]:
    items = [_device(number) for number in range(1, count + 1)]
    return {"items": items, "total": DEVICES, "next_cursor": None}


def _chart() -> dict[str, Any]:
    start, step = _NOW - timedelta(days=30), timedelta(days=30) / POINTS
    points = []
    for k in range(POINTS):
        mean = 50 + 30 * math.sin(k / 400) + 5 * math.sin(k / 7)
        told = {
            "count": 5,
            "low": mean - 3,
            "high": mean + 3,
            "mean": mean,
            "last": mean,
        }
        points.append({"at": (start + k * step).isoformat(), **told})
    window = {"from": start.isoformat(), "to": _NOW.isoformat(), "source": "readings"}
    series = [{"metric": "cpu_percent", "points": points, "note": None}]
    return {"device_id": "DEVICE-1", **window, "left_out": [], "series": series}


def _newest() -> dict[str, Any]:
    told = {
        "device_id": "DEVICE-1",
        "at": _NOW.isoformat(),
        "values": {"cpu_percent": 50.0},
    }
    return {"items": [told]}


def _nothing() -> dict[str, Any]:
    return {"items": [], "total": 0, "next_cursor": None}


_ANSWERS: tuple[tuple[str, Callable[[], dict[str, Any]]], ...] = (
    (r"/auth/me", _me),
    (r"/devices", _devices),
    (r"/devices/DEVICE-1", lambda: _device(1)),
    (r"/devices/DEVICE-1/metrics", _chart),
    (r"/telemetry/latest", _newest),
    (r"/(device-types|sites|metrics|incidents|ai/anomalies)", _nothing),
    (r"/devices/DEVICE-1/(events|commands)", _nothing),
)
