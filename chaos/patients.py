"""Devices that fall ill while the product is hurt, people who ask and who want reports."""

import math
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from threading import Event, Lock, Thread

import httpx

from chaos.inboxes import Inboxes
from chaos.stage import Admin, House

HISTORY = timedelta(days=3)
STEP = timedelta(minutes=10)
# So long before the first live word the trouble begins: what is told is what still goes on.
ILL_FOR = timedelta(hours=2)
NEW_EVERY_S = 20.0
LIVE_EVERY_S = 3.0
ASK_EVERY_S = 4.0
_QUESTIONS = (
    "Which devices are offline?",
    "What was the highest temperature in the last 24 hours?",
    "Which incidents are open?",
)
# What a program is answered that comes at a bad moment: it asks again.
_COME_AGAIN = {429, 503}


class Patients:
    """Threads of their own; whatever is acknowledged to them is kept, to be looked for."""

    def __init__(self, house: House, admin: Admin, inboxes: Inboxes, seed: int) -> None:
        self._admin = admin
        self._inboxes = inboxes
        self._dice = Random(seed)  # noqa: S311  a game, no secret
        self._url = house.url
        self._stop = Event()
        self._no_more = Event()
        self._lock = Lock()
        self._sick: dict[str, float] = {}
        self.acknowledged: set[tuple[str, int]] = set()
        self.seen: set[str] = set()
        self.answers: Counter[str] = Counter()
        self.broken: list[str] = []
        self._threads = [
            Thread(target=run, name=run.__name__, daemon=True)
            for run in (self._fall_ill, self._ask)
        ]

    def start(self) -> None:
        made = [self._channel(name, url) for name, url in self._inboxes.urls.items()]
        http = self._admin.http
        (rule,) = http.get("/api/alerts/rules").raise_for_status().json()
        wanted = {"channel_ids": made, "severity_min": "info"}
        http.patch(f"/api/alerts/rules/{rule['rule_id']}", json=wanted).raise_for_status()
        for thread in self._threads:
            thread.start()

    def _channel(self, name: str, url: str) -> str:
        answer = self._admin.http.post("/api/alerts/channels", json={"name": name, "url": url})
        channel_id: str = answer.raise_for_status().json()["channel_id"]
        return channel_id

    @property
    def ids(self) -> set[str]:
        with self._lock:
            return set(self._sick)

    def no_more(self) -> None:
        """Who is ill stays ill and says so; nobody else falls ill."""
        self._no_more.set()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(120)

    # -- devices --------------------------------------------------------------------------

    def _fall_ill(self) -> None:
        headers = {"Authorization": f"Bearer {self._admin.token}"}
        next_s = time.monotonic()
        with httpx.Client(base_url=self._url, timeout=60, headers=headers) as http:
            while not self._stop.wait(LIVE_EVERY_S):
                if time.monotonic() >= next_s and not self._no_more.is_set():
                    self._one_more(http)
                    next_s = time.monotonic() + NEW_EVERY_S
                moment = datetime.now(UTC)
                for device_id, size in list(self._sick.items()):
                    self._say(http, device_id, [(moment, size)])

    def _one_more(self, http: httpx.Client) -> None:
        """A device with days of history, ill at its end."""
        device_id = self._enrolled(http)
        if device_id is None:
            return
        size = self._dice.uniform(9.0, 15.0)
        end = datetime.now(UTC)
        count = int(HISTORY / STEP)
        moments = [end - HISTORY + number * STEP for number in range(count)]
        rows = [(at, size if at >= end - ILL_FOR else 0.0) for at in moments]
        while not self._say(http, device_id, rows):
            if self._stop.wait(0.5):
                return
        with self._lock:
            self._sick[device_id] = size

    def _enrolled(self, http: httpx.Client) -> str | None:
        """None where the product was just being hurt."""
        body = {
            "site_id": self._admin.site_id,
            "bootstrap_key": self._admin.key,
            "device_name": f"patient {len(self._sick) + 1}",
            "provisioning_source": "physical",
        }
        try:
            answer = http.post("/api/v1/devices/bootstrap-provision", json=body)
        except httpx.HTTPError:
            return None
        return answer.json()["data"]["device_id"] if answer.status_code < 300 else None

    def _say(self, http: httpx.Client, device_id: str, rows: list[tuple[datetime, float]]) -> bool:
        said = [
            {"device_id": device_id, "timestamp": at.isoformat(), "metrics": self._values(at, more)}
            for at, more in rows
        ]
        try:
            answer = http.post("/api/telemetry", json=said)
        except httpx.HTTPError:
            return False
        if answer.status_code != 200 or answer.json()["rejected_count"]:
            return False
        with self._lock:
            self.acknowledged |= {(device_id, _us(at)) for at, _ in rows}
        return True

    def _values(self, at: datetime, more: float) -> dict[str, float]:
        day = math.sin(2 * math.pi * at.timestamp() / 86_400)
        return {
            "temperature_celsius": 21 + 1.5 * day + self._dice.gauss(0, 0.3) + more,
            "cpu_percent": 35 + 10 * day + self._dice.gauss(0, 3),
        }

    # -- people ---------------------------------------------------------------------------

    def _ask(self) -> None:
        number = 0
        with httpx.Client(base_url=self._url, timeout=120) as http:
            http.cookies.update(self._admin.http.cookies)
            http.headers["X-CSRF-Token"] = self._admin.http.headers["X-CSRF-Token"]
            while not self._stop.wait(ASK_EVERY_S):
                number += 1
                body = {"question": _QUESTIONS[number % len(_QUESTIONS)], "narrate": True}
                self._count("question", http, "POST", "/api/ai/query", json=body)
                if number % 5 == 0:
                    self._count("report", http, "GET", "/api/ai/report")
                listed = self._count("incidents", http, "GET", "/api/incidents?limit=100")
                if listed is not None:
                    self.seen |= {one["incident_id"] for one in listed.json()["items"]}

    def _count(
        self, what: str, http: httpx.Client, method: str, path: str, **given: object
    ) -> httpx.Response | None:
        try:
            answer = http.request(method, path, **given)  # type: ignore[arg-type]
        except httpx.HTTPError:
            self.answers[f"{what}: none"] += 1
            return None
        self.answers[f"{what}: {answer.status_code}"] += 1
        if answer.is_success:
            return answer
        if answer.status_code not in _COME_AGAIN:
            self.broken.append(f"{what}: {answer.status_code} {answer.text[:300]}")
        return None


def _us(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
