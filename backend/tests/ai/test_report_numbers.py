"""Every figure of every kind of report, of a device, a site and everything, counted again in plain
Python from the raw rows; and the same numbers on the page, on the paper and in JSON."""

import re
from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pypdfium2
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from tests.ai.analysed import Past, made, moments
from tests.ai.recounted import Rows, device_figures, fleet_figures, rows_of

from homepot.ai.reports.blocks import spelled
from homepot.core.clock import now
from homepot.core.database import Database
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.intake.service import Intake

HOUR = timedelta(hours=1)
MILL_COST, QUAY_COST = 40.0, 700.0
KINDS = ("daily", "weekly", "monthly", "incident", "custom")
MODES = ("maintenance", "predictive", "executive")

pytestmark = pytest.mark.usefixtures("one_printer")


@pytest.fixture
async def past(db: Database, app: FastAPI, operator: httpx.AsyncClient, archive: Archive) -> Past:
    found = Past(db, operator, archive, app.state.process.part(Intake))
    await _lived(found)
    return found


async def _lived(past: Past) -> None:
    """Two sites on two clocks: three devices measured, deviated, fell silent and were mended."""
    end = now()
    cost = {"downtime_cost_per_hour": MILL_COST, "visit_cost": 90, "currency": "EUR"}
    await past.site("MILL", "Europe/Oslo", tariff=cost)
    mill = past.site_row
    await past.device("MILL", "GATE")
    await past.device("MILL", "DOOR")
    times = moments(end - timedelta(days=9), end - timedelta(minutes=1), timedelta(minutes=40))
    for name, warm in (("GATE", 40.0), ("DOOR", 18.0)):
        readings = [
            (at, {"temperature_celsius": warm + n % 7 / 3, "cpu_percent": float(7 * n % 100)})
            for n, at in enumerate(times)
        ]
        await past.measure(name, readings)
    await past.roll_up()
    await past.heard(
        "GATE",
        [(end - timedelta(days=8), "online"), (end - 30 * HOUR, "offline"),
         (end - 20 * HOUR, "online"), (end - 5 * HOUR, "offline"), (end - 3 * HOUR, "online")],
    )  # fmt: skip
    await past.heard("DOOR", [(end - 50 * HOUR, "online")])
    await past.anomaly("GATE", end - 40 * HOUR, end - 30 * HOUR)
    await past.anomaly("GATE", end - 10 * HOUR, end - 8 * HOUR)
    await past.anomaly("DOOR", end - 4 * HOUR, None, muted="maintenance")
    await past.incident("GATE", end - 6 * HOUR, end - 2 * HOUR, resolution="oiled it", worked=True)
    await past.incident("GATE", end - 100 * HOUR, end - 99 * HOUR, category="power")
    await past.incident("DOOR", end - 2 * HOUR, None, category="power")
    await past.scored("GATE", [(end - 48 * HOUR, 1.0), (end - 12 * HOUR, 0.5)])
    await past.scored("DOOR", [(end - 12 * HOUR, 0.9)])
    await past.foreseen("GATE", end + timedelta(days=9), 0.8)
    await _said(past, "GATE", [end - HOUR, end - 3 * HOUR, end - 60 * HOUR], "alert")
    await _said(past, "GATE", [end - 2 * HOUR], "notice")
    await past.site("QUAY", "Asia/Tokyo", tariff=cost | {
        "downtime_cost_per_hour": QUAY_COST, "currency": "JPY"})  # fmt: skip
    await past.device("QUAY", "CRANE")
    await past.heard("CRANE", [(end - 50 * HOUR, "online"), (end - 6 * HOUR, "offline")])
    past.rows["MILL"], past.rows["QUAY"] = mill, past.site_row


async def _said(past: Past, device: str, times: list[datetime], kind: str) -> None:
    async with past.db.system() as tx:
        for at in times:
            await tx.execute(
                text(
                    "insert into device_events (tenant_id, device_id, kind, at, severity, category,"
                    " title) values (:tenant, :device, :kind, :at, 'warning', 'power', 'low')"
                ),
                {"tenant": past.tenant, "device": past.rows[device], "kind": kind, "at": at},
            )


async def report(past: Past, of: str, kind: str, mode: str = "maintenance") -> Any:
    query = {"report_type": kind, "mode": mode}
    if kind == "custom":
        span = {"from": now() - 45 * HOUR, "to": now() - 4 * HOUR}
        query |= {name: at.isoformat() for name, at in span.items()}
    return await made(await past.client.get(f"/api/ai/report{of}", params=query))


def same(found: dict[str, Any], counted: dict[str, Any]) -> None:
    assert set(found) == set(counted)
    for name, value in counted.items():
        if isinstance(value, float):
            # A minute in which a score changed is of one or of the other.
            room = 2e-3 if name == "health_average" else 1e-9
            assert found[name] == pytest.approx(value, rel=room, abs=1e-6), name
        else:
            assert found[name] == value, name


async def test_all_figures_are_those_of_the_raw_rows(past: Past) -> None:
    for kind in KINDS:
        for mode in MODES:
            await _of_a_device(past, kind, mode)
            await _of_many(past, "/sites/MILL", kind, mode)
        await _of_many(past, "/sites/QUAY", kind, "maintenance")
        await _of_many(past, "", kind, "executive")


async def _of_a_device(past: Past, kind: str, mode: str) -> None:
    content = (await report(past, "/GATE", kind, mode))["content"]
    rows = await rows_of(past, content)
    figures = content["figures"]
    assert figures.pop("currency") == "EUR"
    same(figures, device_figures(rows, past.rows["GATE"], MILL_COST))
    assert figures["readings"] > 0
    _as_the_figures_have_them(content["key_metrics"], figures)
    for one in content["metrics"]:
        values = rows.values(past.rows["GATE"], one["metric"])
        assert (one["count"], one["lowest"], one["highest"]) == (
            len(values), min(values), max(values),
        )  # fmt: skip
        assert one["average"] == pytest.approx(sum(values) / len(values))
    assert {one["metric"] for one in content["metrics"]} == {"temperature_celsius", "cpu_percent"}
    _incidents_are_theirs(content, rows, [past.rows["GATE"]])
    tables = _tables(content)
    assert ("Metrics" in tables) == (mode != "executive")
    for label, *three, _ in tables.get("Metrics", []):
        (name,) = (one["metric"] for one in content["metrics"] if one["label"] == label)
        values = rows.values(past.rows["GATE"], name)
        counted = (sum(values) / len(values), min(values), max(values))
        assert [_number(one) for one in three] == pytest.approx(counted, rel=0.006)
    zone = ZoneInfo(content["period"]["timezone"])
    deviated = [
        row.started_at
        for row in rows.mine("anomalies", past.rows["GATE"])
        if row.muted is None and rows.touches(row)
    ]
    began = {f"{at.astimezone(zone):%Y-%m-%d %H:%M}" for at in deviated}
    if mode != "executive":
        assert {row[0] for row in tables.get("Anomalies", [])} == began
    for plot in content["plots"]:
        values = rows.values(past.rows["GATE"], plot["name"])
        assert min(low for _, low, _, _ in plot["points"]) == min(values)
        assert max(high for *_, high in plot["points"]) == max(values)


async def _of_many(past: Past, of: str, kind: str, mode: str) -> None:
    content = (await report(past, of, kind, mode))["content"]
    rows = await rows_of(past, content)
    costs = {past.rows["MILL"]: (MILL_COST, "EUR"), past.rows["QUAY"]: (QUAY_COST, "JPY")}
    site = past.rows[of.rsplit("/", 1)[1]] if of else None
    devices = [row.id for row in rows.of["devices"] if site in (None, row.site_id)]
    assert len(devices) == {"/sites/MILL": 2, "/sites/QUAY": 1, "": 3}[of]
    same(content["figures"], fleet_figures(rows, devices, site, costs))
    _as_the_figures_have_them(content["key_metrics"], content["figures"])
    _incidents_are_theirs(content, rows, devices)
    _tables_of_many_are_theirs(content, rows, devices)
    for plot in content["plots"]:
        for at, low, mean, high in plot["points"]:
            first = datetime.fromtimestamp(at, rows.start.tzinfo)
            last = min(first + timedelta(seconds=plot["width_s"]), rows.end)
            known = [rows.seconds(one, first, last) for one in devices]
            online, offline = (sum(one[name] for one in known) for name in ("online", "offline"))
            began = sum(first <= row.started_at < last for row in _struck(rows, devices))
            counted = began if plot["bars"] else 100 * online / (online + offline)
            assert low == mean == high == pytest.approx(counted, abs=1e-3)


def _tables(content: Any) -> dict[str, list[list[str]]]:
    return {one["heading"]: one["rows"] for one in content["tables"]}


def _number(cell: str) -> float:
    return float(cell.split(maxsplit=1)[0].replace(",", ""))


def _seconds(cell: str) -> float:
    length, unit = cell.split()
    return float(length) * {"s": 1, "min": 60, "h": 3_600, "days": 86_400}[unit]


def _tables_of_many_are_theirs(content: Any, rows: Rows, devices: list[int]) -> None:
    tables, names = _tables(content), {row.id: row.name for row in rows.of["devices"]}
    known = {one: rows.seconds(one, rows.start, rows.end) for one in devices}
    by_name = {names[one]: one for one in devices}
    for name, _, incidents, anomalies, away in tables["Devices to look at"]:
        one = by_name[name]
        deviated = [row for row in rows.mine("anomalies", one) if row.muted is None]
        assert int(incidents) == len(_struck(rows, [one]))
        assert int(anomalies) == sum(rows.touches(row) for row in deviated)
        assert _seconds(away) == pytest.approx(known[one]["offline"], rel=0.05, abs=1)
    sites = {row.id: row.site_id for row in rows.of["devices"]}
    counts = sorted(list(sites.values()).count(one) for one in {sites[each] for each in devices})
    if "Sites" in tables:
        assert sorted(int(row[1]) for row in tables["Sites"]) == counts
        away_s = sum(_seconds(row[4]) for row in tables["Sites"])
        assert away_s == pytest.approx(sum(one["offline"] for one in known.values()), rel=0.05)


def _struck(rows: Rows, devices: list[int]) -> list[Any]:
    return [row for row in rows.of["incidents"] if row.device_id in devices and rows.touches(row)]


def _incidents_are_theirs(content: Any, rows: Rows, devices: list[int]) -> None:
    counted = {row.public_id: row for row in _struck(rows, devices)}
    assert {one["incident_id"] for one in content["incidents"]} == set(counted)
    for one in content["incidents"]:
        row = counted[one["incident_id"]]
        first = max(row.started_at, rows.start)
        times = rows.seconds(row.device_id, first, min(row.ended_at or rows.end, rows.end))
        watched = times["online"] + times["offline"] > 0
        assert one["offline_s"] == (pytest.approx(times["offline"]) if watched else None)


def _as_the_figures_have_them(key: dict[str, Any], figures: dict[str, Any]) -> None:
    """What is said first is what was counted, rounded and with its unit."""
    for name in (set(key) & set(figures)) - {"avg_temperature"}:
        assert key[name] == figures[name], name
    if figures["uptime_percentage"] is not None:
        said = float(re.match(r"[\d.]+", key["uptime"])[0])  # type: ignore[index]
        assert said == pytest.approx(figures["uptime_percentage"], abs=0.05)
    if figures.get("avg_temperature") is not None:
        said = float(key["avg_temperature"].removesuffix(" °C"))
        assert said == pytest.approx(figures["avg_temperature"], rel=0.01)


# -- the same in each form ------------------------------------------------------------------------


class _Page(HTMLParser):
    """The cells of a page, by what they are cells of."""

    def __init__(self) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.found: dict[str, list[str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside.append(tag)
        if tag in ("dt", "dd", "td", "li", "p"):
            self.found.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        for tag in reversed(self.inside):
            if tag in self.found:
                self.found[tag][-1] += data
                return


async def test_page_and_paper_have_each_number_of_the_json_in_its_place(past: Past) -> None:
    for of in ("/GATE", "/sites/MILL", ""):
        await _each_form_says_the_same(past, of)


async def _each_form_says_the_same(past: Past, of: str) -> None:
    found = await report(past, of, "weekly", "executive")
    content, address = found["content"], f"/api/ai/reports/{found['report_id']}"
    page = (await past.client.get(address, params={"format": "html"})).text
    paper = (await past.client.get(address, params={"format": "pdf"})).content
    reader = _Page()
    reader.feed(page)
    figures = [spelled(value) for value in content["key_metrics"].values()]
    assert reader.found["dd"] == figures
    cells = [cell for table in content["tables"] for row in table["rows"] for cell in row]
    assert reader.found["td"][-len(cells) :] == cells
    assert content["recommendations"] == reader.found["li"][: len(content["recommendations"])]
    pages = pypdfium2.PdfDocument(paper)
    written = " ".join(" ".join(one.get_textpage().get_text_range().split()) for one in pages)
    # In their order: each is found behind the one before.
    place = written.index(content["summary"])
    for one in figures:
        place = written.index(one, place) + len(one)
    for one in cells:
        for word in one.split():
            assert word in written[place:], f"{word} of the table is not on the paper"
    for one in (content["cost_impact"], *content["recommendations"]):
        assert " ".join(one.split()) in written
