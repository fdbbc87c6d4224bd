"""Reports of a site and of everything: each number again in plain Python, and what is not there."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pypdfium2
import pytest
from fastapi import FastAPI
from tests.ai.analysed import Past, made

from homepot.core.clock import now
from homepot.core.database import Database
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.intake.service import Intake

HOUR = timedelta(hours=1)
DEVICES = ("GATE", "DOOR", "OVEN")

pytestmark = pytest.mark.usefixtures("one_printer")


@pytest.fixture
async def past(db: Database, app: FastAPI, operator: httpx.AsyncClient, archive: Archive) -> Past:
    return Past(db, operator, archive, app.state.process.part(Intake))


async def lived(past: Past) -> datetime:
    """Two sites: at one a device with an incident and outages, one that was well, one unheard of;
    at the other one that was away."""
    end = now()
    tariff = {"downtime_cost_per_hour": 40, "visit_cost": 90, "currency": "EUR"}
    await past.site("MILL", "Europe/Oslo", tariff=tariff)
    for name in DEVICES:
        await past.device("MILL", name)
    await past.heard(
        "GATE",
        [(end - 50 * HOUR, "online"), (end - 10 * HOUR, "offline"), (end - 7 * HOUR, "online")],
    )
    await past.heard("DOOR", [(end - 50 * HOUR, "online")])
    await past.anomaly("GATE", end - 12 * HOUR, end - 9 * HOUR)
    await past.anomaly("DOOR", end - 12 * HOUR, None, muted="maintenance")
    await past.incident("GATE", end - 11 * HOUR, end - 8 * HOUR, resolution="swapped the fuse")
    await past.incident("DOOR", end - 2 * HOUR, None, category="power")
    await past.incident("DOOR", end - 90 * HOUR, end - 80 * HOUR)
    await past.scored("GATE", [(end - 12 * HOUR, 0.3)])
    await past.scored("DOOR", [(end - 12 * HOUR, 0.9)])
    await past.site("QUAY", "Asia/Tokyo")
    await past.device("QUAY", "CRANE")
    await past.heard("CRANE", [(end - 50 * HOUR, "online"), (end - 6 * HOUR, "offline")])
    return end


async def report(past: Past, of: str = "", **query: Any) -> Any:
    return await made(await past.client.get(f"/api/ai/report{of}", params=query))


async def test_every_number_of_a_site_is_that_of_the_raw_rows(past: Past) -> None:
    await lived(past)
    found = await report(past, "/sites/MILL", report_type="weekly", mode="executive", period="24h")
    assert (found["site_id"], found["device_id"], found["report_type"]) == ("MILL", None, "weekly")
    content = found["content"]
    assert content["title"] == "Weekly Summary - Mill"
    start, end = (datetime.fromisoformat(content["period"][name]) for name in ("start", "end"))
    times = [await past.offline_s(name, start, end) for name in DEVICES]
    online_s, offline_s = (sum(values) for values in zip(*times, strict=True))
    key, figures = content["key_metrics"], content["figures"]
    assert figures["offline_s"] == pytest.approx(offline_s) == pytest.approx(3 * 3600)
    assert figures["uptime_percentage"] == pytest.approx(100 * online_s / (online_s + offline_s))
    assert key["uptime"] == f"{100 * online_s / (online_s + offline_s):.1f}%"
    assert (key["devices"], key["healthy"], key["warning"], key["critical"]) == (3, 1, 0, 1)
    assert (key["anomalies"], figures["anomalies_muted"]) == (1, 1)
    assert (key["incidents"], figures["incidents_open"], key["outages"]) == (2, 1, 1)
    assert content["cost_impact"] == f"Downtime cost {offline_s / 3600 * 40:,.2f} EUR."
    by_device = {one["device"]: one for one in content["incidents"]}
    assert list(by_device) == ["DOOR", "GATE"], "what is not over comes first"
    gate = by_device["GATE"]
    began, over = (datetime.fromisoformat(gate[name]) for name in ("timestamp", "ended_at"))
    assert gate["offline_s"] == pytest.approx((await past.offline_s("GATE", began, over))[1])
    assert by_device["DOOR"]["impact"] == "None: it stayed online."
    assert content["recommendations"][0].startswith("DOOR (INC-")


async def test_the_plots_of_a_site_add_up(past: Past) -> None:
    await lived(past)
    content = (await report(past, "/sites/MILL"))["content"]
    start = datetime.fromisoformat(content["period"]["start"])
    plots = {one["name"]: one for one in content["plots"]}
    assert sum(mean for _, _, mean, _ in plots["incidents"]["points"]) == 2
    for at, low, mean, high in plots["uptime"]["points"]:
        first = start + timedelta(seconds=at - start.timestamp())
        times = [await past.offline_s(name, first, first + HOUR) for name in DEVICES]
        online_s, offline_s = (sum(values) for values in zip(*times, strict=True))
        assert low == mean == high == pytest.approx(100 * online_s / (online_s + offline_s))


async def test_everything_is_all_sites_together(past: Past) -> None:
    await lived(past)
    content = (await report(past))["content"]
    assert content["subject"]["kind"] == "tenant"
    assert (content["key_metrics"]["devices"], content["figures"]["outages"]) == (4, 2)
    (sites,) = [one for one in content["tables"] if one["heading"] == "Sites"]
    assert [row[:3] for row in sites["rows"]] == [["Quay", "1", "0"], ["Mill", "3", "1"]]
    assert "No cost can be told of 6.00 h offline of devices" in content["cost_impact"]
    assert "Downtime cost 120.00 EUR." in content["cost_impact"]


async def test_the_paper_of_a_site_says_what_its_report_says(past: Past) -> None:
    await lived(past)
    found = await report(past, "/sites/MILL")
    answer = await past.client.get(
        f"/api/ai/reports/{found['report_id']}", params={"format": "pdf"}
    )
    pages = pypdfium2.PdfDocument(answer.content)
    assert 1 <= len(pages) <= 3
    written = " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in pages)
    content = found["content"]
    for one in (content["title"], content["cost_impact"], *content["recommendations"]):
        assert one in written
    for value in content["key_metrics"].values():
        assert value is None or str(value) in written


async def test_a_site_without_devices_has_a_report_that_says_so(past: Past) -> None:
    await past.site("BARN")
    found = await report(past, "/sites/BARN", mode="executive", report_type="weekly")
    content = found["content"]
    assert "There are no devices at Barn." in content["summary"]
    assert content["why"] == {"devices": "there are none here"}
    assert (content["plots"], content["tables"], content["key_metrics"]["uptime"]) == ([], [], None)
    for form in ("html", "pdf"):
        address = f"/api/ai/reports/{found['report_id']}"
        assert (await past.client.get(address, params={"format": form})).content


async def test_reports_of_a_site_are_listed_with_those_of_its_devices(past: Past) -> None:
    await lived(past)
    whole = await report(past)
    site = await report(past, "/sites/MILL")
    device = await report(past, "/GATE")
    found = await made(await past.client.get("/api/ai/reports", params={"site_id": "MILL"}))
    ids = [one["report_id"] for one in found["items"]]
    assert ids == [device["report_id"], site["report_id"]]
    every = await made(await past.client.get("/api/ai/reports"))
    assert every["items"][-1]["report_id"] == whole["report_id"]
    assert (every["items"][-1]["site_id"], every["items"][-1]["device_id"]) == (None, None)


async def test_a_site_that_is_not_there_is_not_found(past: Past, people: Any) -> None:
    await lived(past)
    assert (await past.client.get("/api/ai/report/sites/NOWHERE")).status_code == 404
    stranger = await people.client(await people.add(tenant="Orchard"))
    assert (await stranger.get("/api/ai/report/sites/MILL")).status_code == 404
    theirs = await made(await stranger.get("/api/ai/report"))
    assert theirs["content"]["key_metrics"]["devices"] == 0
