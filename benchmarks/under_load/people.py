"""People and programs at a HOMEPOT, as locust plays them: `locust -f people.py Visitor`.

Runs in locust's own environment and knows nothing of the product but its API. Told by environment
variables: LOAD_TOKEN, a token that may read; LOAD_DEVICES and LOAD_SITES, how many there are of
pos_0 and site_0; LOAD_EVERY_S, how often an asker of a spike asks; LOAD_OUT, where what was
measured is written: of each request its name, its status (0: none came) and its milliseconds.
"""

import json
import os
import random
from pathlib import Path
from typing import Any

from locust import FastHttpUser, between, constant_pacing, events, task

DEVICES = int(os.environ.get("LOAD_DEVICES", "1"))
SITES = int(os.environ.get("LOAD_SITES", "1"))
EVERY_S = float(os.environ.get("LOAD_EVERY_S", "10"))
QUESTIONS = (
    "How many devices are at Site {site}?",
    "What is the CPU usage of pos_{device}?",
    "What was the maximum CPU usage of pos_{device} in the last {hours} hours?",
    "What was the average disk usage at Site {site} over the last {hours} hours?",
    "Which device at Site {site} had the highest average memory usage in the last {hours} hours?",
    "Which POS terminals currently have disk usage above {percent}%?",
    "Which devices are offline?",
    "How many incidents did we have in the last {days} days?",
    "Was average network latency higher at Site {site} than at Site {other} over the last day?",
)
_chance = random.Random()  # noqa: S311
_found: list[tuple[str, int, float]] = []


@events.request.add_listener
def _note(name: str, response_time: float, response: Any, **_: Any) -> None:
    _found.append((name, int(getattr(response, "status_code", 0) or 0), response_time))


@events.quitting.add_listener
def _write(**_: Any) -> None:
    if path := os.environ.get("LOAD_OUT"):
        Path(path).write_text(json.dumps(_found), encoding="utf-8")


class _Somebody(FastHttpUser):
    abstract = True
    connection_timeout = 60.0
    network_timeout = 60.0

    def on_start(self) -> None:
        self.client.auth_header = f"Bearer {os.environ['LOAD_TOKEN']}"

    def look(self, path: str, name: str) -> None:
        self.client.get(path, name=name)

    def ask(self) -> None:
        site = _chance.randrange(SITES)
        question = _chance.choice(QUESTIONS).format(
            site=site, other=(site + 1) % SITES, device=_chance.randrange(DEVICES),
            hours=_chance.randint(2, 24), percent=_chance.randint(50, 99),
            days=_chance.randint(1, 30),
        )  # fmt: skip
        self.client.post("/api/ai/query", json={"question": question}, name="query")


class _Reads(_Somebody):
    """Two in five requests are questions, the others what pages ask for."""

    abstract = True

    @task(3)
    def look_at_devices(self) -> None:
        self.look("/api/devices?limit=50", "devices")

    @task(1)
    def look_for_a_device(self) -> None:
        self.look(f"/api/devices?q=pos_{_chance.randrange(DEVICES)}", "devices, looked for")

    @task(2)
    def look_at_a_device(self) -> None:
        self.look(f"/api/devices/pos_{_chance.randrange(DEVICES)}", "device")

    @task(2)
    def look_at_its_chart(self) -> None:
        self.look(f"/api/devices/pos_{_chance.randrange(DEVICES)}/metrics", "chart")

    @task(1)
    def look_at_the_overview(self) -> None:
        self.look("/api/overview", "overview")

    @task(1)
    def look_at_incidents(self) -> None:
        self.look("/api/incidents", "incidents")

    @task(6)
    def ask_something(self) -> None:
        self.ask()


class Visitor(_Reads):
    """Somebody at the pages, who thinks for one to three seconds between two looks."""

    wait_time = between(1, 3)


class Program(_Reads):
    """Ten requests a minute at an even pace, whatever the answers take."""

    wait_time = constant_pacing(6)


class Asker(_Somebody):
    """All of them ask at the same moment, and again after a while."""

    wait_time = constant_pacing(EVERY_S)

    @task
    def ask_something(self) -> None:
        self.ask()


class Reader(_Reads):
    """A visitor of a soak, who takes ten times as long and has reports made now and then."""

    wait_time = between(10, 30)

    @task(1)
    def have_a_report_made(self) -> None:
        self.look(f"/api/ai/report/pos_{_chance.randrange(DEVICES)}", "report")
