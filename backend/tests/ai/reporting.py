"""A gateway with a past, its reports, and what stands on their pages and papers."""

from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import httpx
import pypdfium2
from tests.ai.analysed import Past, made, moments

from homepot.core.clock import now

HOUR = timedelta(hours=1)


async def report(past: Past, of: str = "GATE", **query: Any) -> Any:
    return await made(await past.client.get(f"/api/ai/report/{of}", params=query))


async def printed(past: Past, report_id: str, form: str) -> httpx.Response:
    answer = await past.client.get(f"/api/ai/reports/{report_id}", params={"format": form})
    assert answer.status_code == 200, answer.text
    return answer


def text_of(paper: bytes) -> str:
    """Without the breaks of lines."""
    pages = pypdfium2.PdfDocument(paper)
    said = " ".join(page.get_textpage().get_text_range() for page in pages)
    return " ".join(said.split())


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.is_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.is_style = tag == "style"
        if tag == "img":
            self.images.append(dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        self.is_style = False

    def handle_data(self, data: str) -> None:
        if not self.is_style:
            self.words.append(data)


def read(page: str) -> tuple[str, list[dict[str, str | None]]]:
    reader = _Words()
    reader.feed(page)
    return " ".join(" ".join(reader.words).split()), reader.images


async def lived(past: Past) -> datetime:
    """Nine days of a gateway, with outages, anomalies, an incident that was resolved."""
    end = now()
    times = moments(end - timedelta(days=9), end - timedelta(minutes=1), timedelta(minutes=30))
    readings = [
        (at, {"temperature_celsius": 40 + 30 * (n % 7) / 7, "cpu_percent": float(at.minute)})
        for n, at in enumerate(times)
    ]
    await past.measure("GATE", readings)
    await past.roll_up()
    await past.heard(
        "GATE",
        [(end - timedelta(days=8), "online"), (end - 30 * HOUR, "offline"),
         (end - 20 * HOUR, "online"), (end - 5 * HOUR, "offline"), (end - 3 * HOUR, "online")],
    )  # fmt: skip
    await past.anomaly("GATE", end - 40 * HOUR, end - 30 * HOUR)
    await past.anomaly("GATE", end - 10 * HOUR, end - 8 * HOUR)
    await past.anomaly("GATE", end - 4 * HOUR, end - 3 * HOUR, muted="maintenance")
    await past.incident(
        "GATE", end - 6 * HOUR, end - 2 * HOUR, resolution="cleaned the fan", worked=True
    )
    await past.scored("GATE", [(end - 48 * HOUR, 1.0), (end - 12 * HOUR, 0.5)])
    return end
