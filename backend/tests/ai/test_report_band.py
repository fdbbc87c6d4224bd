"""What is usual, in the plots of a report: as detection wrote it down, on page and paper too."""

import zlib
from datetime import timedelta
from typing import Any

import httpx
import numpy as np
import pypdfium2
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from tests.ai.analysed import Past, made
from tests.watched import World

from homepot.ai.anomaly_detection.engine.expected import Expectations
from homepot.ai.anomaly_detection.engine.parameters import Parameters
from homepot.core.clock import now
from homepot.core.database import Database
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.intake.service import Intake

HOUR = timedelta(hours=1)
# What BAND of the drawing is on white.
GREY = (224, 230, 237)

pytestmark = pytest.mark.usefixtures("one_printer")


@pytest.fixture
async def past(db: Database, app: FastAPI, operator: httpx.AsyncClient, archive: Archive) -> Past:
    found = Past(db, operator, archive, app.state.process.part(Intake))
    await found.site("MILL", "Europe/Oslo")
    await found.device("MILL", "GATE")
    return found


async def _learnt(past: Past) -> None:
    """Three days of readings, warmer than usual in their last two hours, and detection's mind."""
    end = now()

    def fault(_device: int, metric: str, at: Any) -> float:
        return 15.0 if metric == "temperature_celsius" and at > end - 2 * HOUR else 0.0

    world = World(past.db, past.client, ["GATE"], fault=fault)
    await world.send(end - timedelta(days=3), end - 2 * HOUR)
    await past.intake.aftermath.write(now())
    await world.look(now())
    await world.watch.checkpoint(past.db, now())
    await world.send(end - 2 * HOUR, end)
    await past.anomaly("GATE", end - 2 * HOUR, None)


async def test_a_plot_has_the_band_that_detection_wrote_down(past: Past) -> None:
    await _learnt(past)
    found = await made(await past.client.get("/api/ai/report/GATE"))
    plots = {one["name"]: one for one in found["content"]["plots"]}
    plot = plots["temperature_celsius"]
    async with past.db.system() as tx:
        kept = (await tx.execute(text("select engine from detection_shares"))).scalar_one()
    expected = Expectations.of(zlib.decompress(kept), Parameters())
    middles = np.array([at + plot["width_s"] / 2 for at, *_ in plot["points"]])
    band = expected.band(str(past.rows["GATE"]), "temperature_celsius", middles)
    assert band is not None
    assert plot["band"]["low"] == pytest.approx(band.low.tolist(), abs=1e-6)
    assert plot["band"]["high"] == pytest.approx(band.high.tolist(), abs=1e-6)
    assert plot["band"]["words"].startswith("usual at that hour, as known ")
    # It says something: what was usual lies in it, what was marked lies beyond it.
    (mark,) = plot["marks"]
    began = now().fromisoformat(mark["start"]).timestamp()
    sides: dict[bool, list[bool]] = {False: [], True: []}
    rows = zip(plot["points"], plot["band"]["low"], plot["band"]["high"], strict=True)
    for (at, _, mean, _), low, high in rows:
        sides[at >= began].append(low <= mean <= high)
    assert sum(sides[False]) > 0.9 * len(sides[False]) > 50
    assert sides[True]
    assert not any(sides[True])


async def test_page_and_paper_show_the_band_and_say_what_it_is(past: Past) -> None:
    await _learnt(past)
    found = await made(await past.client.get("/api/ai/report/GATE"))
    address = f"/api/ai/reports/{found['report_id']}"
    words = next(one["band"]["words"] for one in found["content"]["plots"] if one["band"])
    page = (await past.client.get(address, params={"format": "html"})).text
    assert f"Grey: {words}." in page
    paper = (await past.client.get(address, params={"format": "pdf"})).content
    pages = list(pypdfium2.PdfDocument(paper))
    written = " ".join(" ".join(one.get_textpage().get_text_range().split()) for one in pages)
    assert f"Grey: {words}." in written
    pictures = [one.render(scale=2).to_pil().convert("RGB") for one in pages]
    grey = sum(
        count
        for picture in pictures
        for count, colour in picture.getcolors(10_000_000)
        if all(abs(one - other) <= 2 for one, other in zip(colour, GREY, strict=True))
    )
    assert grey > 3_000


async def test_what_is_not_learnt_has_no_band_and_says_how_far_it_is(past: Past) -> None:
    times = [now() - n * HOUR / 2 for n in range(1, 10)]
    await past.measure("GATE", [(at, {"temperature_celsius": 20.0}) for at in times])
    content = (await made(await past.client.get("/api/ai/report/GATE")))["content"]
    assert [one["band"] for one in content["plots"]] == [None]
    assert content["why"]["normal_band"].startswith("learning, ")
