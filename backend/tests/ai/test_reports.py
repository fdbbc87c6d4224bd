"""What a report says, each number again in plain Python; how it is kept, and what it looks like."""

import io
import re
from datetime import datetime, timedelta
from statistics import fmean
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pypdfium2
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from tests.ai.analysed import Past, made, moments
from tests.ai.reporting import HOUR, lived, printed, read, report, text_of

from homepot.ai.reports import service
from homepot.core.clock import now
from homepot.core.database import Database
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.intake.service import Intake

TARIFF = {"downtime_cost_per_hour": 40, "visit_cost": 90, "currency": "EUR"}

pytestmark = pytest.mark.usefixtures("one_printer")


@pytest.fixture
async def past(db: Database, app: FastAPI, operator: httpx.AsyncClient, archive: Archive) -> Past:
    found = Past(db, operator, archive, app.state.process.part(Intake))
    await found.site("MILL", "Europe/Oslo")
    await found.device("MILL", "GATE")
    return found


async def test_every_number_of_a_daily_report_is_that_of_the_raw_rows(past: Past) -> None:
    await made(await past.client.patch("/api/sites/MILL", json={"tariff": TARIFF}))
    await lived(past)
    found = await report(past)
    assert re.fullmatch(r"rpt_\d{8}_[2-9A-Z]{8}", found["report_id"])
    assert (found["device_id"], found["report_type"], found["mode"]) == (
        "GATE", "daily", "maintenance",
    )  # fmt: skip
    content = found["content"]
    assert content["title"] == "Daily Health Report - GATE"
    start, end = (datetime.fromisoformat(content["period"][name]) for name in ("start", "end"))
    assert end - start == timedelta(hours=24)
    for one in content["metrics"]:
        rows = [value for _, value in await past.raw("GATE", one["metric"], start, end)]
        assert (one["count"], one["lowest"], one["highest"]) == (len(rows), min(rows), max(rows))
        assert one["average"] == pytest.approx(fmean(rows))
    figures, key = content["figures"], content["key_metrics"]
    warm = [value for _, value in await past.raw("GATE", "temperature_celsius", start, end)]
    assert figures["avg_temperature"] == pytest.approx(fmean(warm))
    assert key["avg_temperature"] == f"{fmean(warm):.3g} °C"
    online_s, offline_s = await past.offline_s("GATE", start, end)
    assert figures["offline_s"] == pytest.approx(offline_s)
    assert key["uptime"] == f"{100 * online_s / (online_s + offline_s):.1f}%"
    assert figures["downtime_cost"] == pytest.approx(round(offline_s / 3600 * 40, 2))
    assert f"{offline_s / 3600 * 40:,.2f} EUR" in content["cost_impact"]
    assert (key["anomalies"], figures["anomalies_muted"], key["events_logged"]) == (1, 1, 0)
    (struck,) = content["incidents"]
    began, over = (datetime.fromisoformat(struck[name]) for name in ("timestamp", "ended_at"))
    _, away_s = await past.offline_s("GATE", began, over)
    assert struck["offline_s"] == pytest.approx(away_s) == pytest.approx(7200)
    assert struck["impact"] == "Offline for 2 h."
    assert struck["resolution"] == "cleaned the fan"


async def test_a_plot_holds_what_was_measured_and_marks_what_deviated(past: Past) -> None:
    end = await lived(past)
    content = (await report(past))["content"]
    plot = content["plots"][0]
    assert plot["name"] == "temperature_celsius"
    start, until = (datetime.fromisoformat(content["period"][name]) for name in ("start", "end"))
    rows = [value for _, value in await past.raw("GATE", plot["name"], start, until)]
    assert min(low for _, low, _, _ in plot["points"]) == min(rows)
    assert max(high for *_, high in plot["points"]) == max(rows)
    assert start.timestamp() - plot["width_s"] <= plot["points"][0][0]
    assert plot["points"][-1][0] < until.timestamp()
    (mark,) = plot["marks"]
    marked = [datetime.fromisoformat(mark[name]) for name in ("start", "end")]
    assert marked == [end - 10 * HOUR, end - 8 * HOUR]


async def test_page_paper_and_json_say_the_same(past: Past) -> None:
    await lived(past)
    found = await report(past)
    content, report_id = found["content"], found["report_id"]
    page = await printed(past, report_id, "html")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "script" not in page.headers["content-security-policy"]
    words, images = read(page.text)
    paper = await printed(past, report_id, "pdf")
    assert paper.headers["content-type"] == "application/pdf"
    assert f"{report_id}.pdf" in paper.headers["content-disposition"]
    written = text_of(paper.content)
    said = [content["title"], content["summary"], content["cost_impact"], report_id]
    said += [str(value) for value in content["key_metrics"].values() if value is not None]
    said += content["recommendations"]
    said += [cell for table in content["tables"] for row in table["rows"] for cell in row]
    for one in said:
        flat = " ".join(one.split())
        assert flat in words
        # A cell that is broken over lines comes back in pieces.
        assert flat in written or all(word in written for word in flat.split())
    assert [bool(one["alt"]) for one in images] == [True] * len(content["plots"])
    assert all(str(one["src"]).startswith("data:image/svg+xml;base64,") for one in images)


async def test_the_paper_is_a_few_pages_of_a4_with_its_plots_on_them(past: Past) -> None:
    await lived(past)
    paper = (await past.client.get("/api/ai/report/GATE", params={"format": "pdf"})).content
    pages = pypdfium2.PdfDocument(paper)
    assert 1 <= len(pages) <= 3
    assert [round(side) for side in pages[0].get_size()] == [595, 842]
    picture = pages[0].render(scale=2).to_pil().convert("RGB")
    colours = {colour: count for count, colour in picture.getcolors(10_000_000)}
    # The line of a plot, and the shade over what deviated: the colours are used by plots alone.
    assert colours.get((0x1D, 0x4E, 0xD8), 0) > 300
    assert sum(count for (r, g, b), count in colours.items() if r > g + 15 > b + 20) > 300
    assert colours[255, 255, 255] > 0.5 * picture.width * picture.height
    assert b"/StructTreeRoot" in paper or _is_tagged(paper)


def _is_tagged(paper: bytes) -> bool:
    return pypdfium2.PdfDocument(io.BytesIO(paper)).is_tagged()


async def test_each_mode_tells_its_audience_its_own(past: Past) -> None:
    await lived(past)
    told = {}
    for mode in ("maintenance", "predictive", "executive"):
        found = await report(past, mode=mode)
        assert found["mode"] == mode
        told[mode] = found["content"]
    assert told["maintenance"]["sections"][0]["heading"] == "Health"
    assert told["predictive"]["sections"][0]["heading"] == "Risk"
    assert told["executive"]["summary"].startswith("GATE had ")


async def test_who_has_two_minutes_reads_one_page_and_nothing_twice(past: Past) -> None:
    await lived(past)
    found = await report(past, mode="executive", report_type="weekly")
    content = found["content"]
    (plot,) = content["plots"]
    assert plot["name"] == "temperature_celsius"
    assert [one["heading"] for one in content["tables"]] == []
    assert [one["description"] for one in content["incidents"]] == ["too warm"]
    said = [sentence for one in content["sections"] for sentence in one["sentences"]]
    assert not [one for one in said if one in content["summary"]]
    assert len(set(said)) == len(said)
    paper = (await printed(past, found["report_id"], "pdf")).content
    assert len(pypdfium2.PdfDocument(paper)) == 1
    assert len(text_of(paper).split()) < 400, "two minutes are some 400 words"


async def test_reports_are_kept_as_they_were_and_listed(past: Past, db: Database) -> None:
    await past.device("MILL", "DOOR")
    await lived(past)
    first = await report(past)
    weekly = await report(past, report_type="weekly")
    await report(past, of="DOOR", report_type="incident")
    assert weekly["content"]["title"] == "Weekly Summary - GATE"
    week = weekly["content"]["period"]
    length = datetime.fromisoformat(week["end"]) - datetime.fromisoformat(week["start"])
    assert length == timedelta(days=7)
    await past.measure("GATE", [(now() - HOUR, {"temperature_celsius": 99.0})])
    again = await made(await past.client.get(f"/api/ai/reports/{first['report_id']}"))
    assert again == first
    mine = await made(await past.client.get("/api/ai/reports", params={"device_id": "GATE"}))
    ids = [one["report_id"] for one in mine["items"]]
    assert ids == [weekly["report_id"], first["report_id"]]
    one = await made(await past.client.get("/api/ai/reports", params={"limit": 1}))
    assert one["items"][0]["device_id"] == "DOOR"
    rest = {"limit": 5, "before": one["next_before"]}
    others = await made(await past.client.get("/api/ai/reports", params=rest))
    assert [each["report_id"] for each in others["items"]] == ids
    async with db.system() as tx:
        rows = await tx.execute(text("select device_id, mode, content from ai_reports order by id"))
        row = rows.first()
    assert row is not None
    assert (row[0], row[1]) == (past.rows["GATE"], "maintenance")
    assert isinstance(row[2], str)


async def test_old_reports_are_forgotten_after_what_is_kept(past: Past, db: Database) -> None:
    old, young = await report(past), await report(past)
    async with db.system() as tx:
        await tx.execute(
            text("update ai_reports set generated_at = :at where public_id = :id"),
            {"at": now() - timedelta(days=40), "id": old["report_id"]},
        )
    assert await service.forget(db, now(), timedelta(days=30)) == 1
    gone = await past.client.get(f"/api/ai/reports/{old['report_id']}")
    assert gone.status_code == 404
    assert (await past.client.get(f"/api/ai/reports/{young['report_id']}")).status_code == 200


REFUSED = [
    ({"period": "2h"}, "'24h', '7d' or '30d'"),
    ({"report_type": "yearly"}, "'daily', 'incident', 'weekly', 'monthly' or 'custom'"),
    ({"mode": "loud"}, "'maintenance', 'predictive' or 'executive'"),
    ({"format": "docx"}, "'json', 'html' or 'pdf'"),
    ({"from": "2026-01-02T00:00:00Z"}, "report_type=custom"),
    ({"report_type": "custom", "from": "2026-01-02T00:00:00"}, "time zone"),
    (
        {"report_type": "custom", "from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"},
        "before",
    ),
    ({"report_type": "custom", "from": "2020-01-02T00:00:00Z"}, "At most 366 days"),
]


async def test_what_is_unknown_is_refused_with_what_is_allowed(past: Past) -> None:
    for query, allowed in REFUSED:
        answer = await past.client.get("/api/ai/report/GATE", params=query)
        assert answer.status_code == 422, query
        assert allowed in answer.text, query


async def test_a_custom_range_is_what_was_asked_for(past: Past) -> None:
    end = await lived(past)
    first, last = end - 60 * HOUR, end - 36 * HOUR
    query = {"report_type": "custom", "from": first.isoformat(), "to": last.isoformat()}
    content = (await report(past, **query))["content"]
    rows = [value for _, value in await past.raw("GATE", "temperature_celsius", first, last)]
    assert content["figures"]["avg_temperature"] == pytest.approx(fmean(rows))
    assert (content["figures"]["anomalies"], content["incidents"]) == (1, [])


async def test_a_device_that_never_spoke_has_a_report_that_says_so(past: Past) -> None:
    found = await report(past, report_type="weekly", period="30d")
    content = found["content"]
    assert content["key_metrics"]["uptime"] is None
    assert "never sent any" in content["summary"]
    assert {"uptime_percentage", "avg_temperature", "health_score"} <= set(content["why"])
    assert content["plots"] == []
    written = text_of((await printed(past, found["report_id"], "pdf")).content)
    assert "not known" in written
    assert "Not known, and why" in written


async def test_an_hour_of_data_is_an_hour_of_data(past: Past) -> None:
    end = now()
    times = moments(end - HOUR, end, timedelta(minutes=5))
    await past.measure("GATE", [(at, {"temperature_celsius": 21.5}) for at in times])
    found = await report(past)
    content = found["content"]
    (one,) = content["metrics"]
    assert (one["count"], one["average"]) == (len(times), 21.5)
    first = times[0].astimezone(ZoneInfo("Europe/Oslo"))
    assert f"begin at {first:%Y-%m-%d %H:%M}" in content["summary"]
    (plot,) = content["plots"]
    assert times[0].timestamp() - plot["width_s"] <= plot["points"][0][0] <= times[0].timestamp()
    assert content["why"]["normal_band"] == "learning, 0 of 24 h"
    written = text_of((await printed(past, found["report_id"], "pdf")).content)
    assert "Normal band: learning, 0 of 24 h." in written


async def test_what_a_name_says_is_never_read_as_markup(past: Past) -> None:
    name = "<script>alert(1)</script> #panic() $x$ *b* [y] \\u"
    await made(await past.client.patch("/api/devices/GATE", json={"name": name}))
    found = await report(past)
    page = (await printed(past, found["report_id"], "html")).text
    assert "<script" not in page
    assert name in read(page)[0]
    written = text_of((await printed(past, found["report_id"], "pdf")).content)
    assert " ".join(name.split()) in written


async def test_a_neighbour_finds_no_report_of_ours(past: Past, people: Any) -> None:
    found = await report(past)
    stranger = await people.client(await people.add(tenant="Orchard"))
    assert (await stranger.get("/api/ai/report/GATE")).status_code == 404
    assert (await stranger.get(f"/api/ai/reports/{found['report_id']}")).status_code == 404
    assert (await made(await stranger.get("/api/ai/reports")))["items"] == []
