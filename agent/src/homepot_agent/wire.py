"""What is said to the server and what its answers mean. The only module that knows the paths."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

from homepot_agent import VERSION
from homepot_agent.backoff import retry_after_s
from homepot_agent.clock import Clock, iso
from homepot_agent.spool.records import Report
from homepot_agent.tell import reports
from homepot_agent.transport import Answer, Transport, Unreachable

READY = "/api/health/ready"
TELEMETRY = "/api/telemetry"
AGENT_TELEMETRY = "/api/v1/agent/telemetry"
GZIP_BYTES_MIN = 1024
SAID_CHARS_MAX = 300
# The Date of an answer is cut to whole seconds, and servers write it anew once a second.
DATE_LATE_US_MAX = 2_000_000


class Trouble(Exception):
    """The server answered, but not with what was asked for."""


class NotAdmitted(Trouble):
    """401: the key is wrong or revoked; 403: the device is suspended, or it is another one's."""

    def __init__(self, said: str, by_key: bool) -> None:
        super().__init__(said)
        self.by_key = by_key


class Busy(Trouble):
    """429 or 503: come back later, perhaps at a stated time."""

    def __init__(self, said: str, retry_after_s: float | None) -> None:
        super().__init__(said)
        self.retry_after_s = retry_after_s


class Unreadable(Trouble):
    """The server says that it can not use what was sent (400, 409, 422)."""


class TooLarge(Trouble):
    """413: less at a time."""


class NoSuchDoor(Trouble):
    """404 or 405: this server has nothing there."""


class Away(Trouble):
    """502, 504, or a 503 that is not the server's own: what stands before it can not reach it."""


class Strange(Trouble):
    """Anything else: a fault of the server, or something that is no HOMEPOT server."""


@dataclass(frozen=True)
class Accepted:
    """How the server answered for each report of a batch."""

    stored: int
    repeated: int
    corrected: int
    rejected: Sequence[tuple[int, str]]
    # rejected without the server naming which
    unnamed: int = 0


@dataclass(frozen=True)
class Granted:
    """An identity for this device, new from the server."""

    device_id: str
    api_key: str
    site_id: str


class Server:
    """The server as its agent sees it; raises Trouble or Unreachable."""

    def __init__(self, transport: Transport, clock: Clock, device_id: str, api_key: str) -> None:
        self._transport = transport
        self._clock = clock
        self.device_id = device_id
        self._credentials = {"X-Device-ID": device_id, "X-API-Key": api_key} if api_key else {}
        # by how much its clock is ahead of ours, as the Date of its last answer shows; 0 where no
        # difference shows beyond what a Date and the way there leave open
        self.ahead_us: int | None = None
        self.ahead_open_us = 0

    # --- telemetry ---

    def send(self, reports: Sequence[Report]) -> Accepted:
        """Hand over reports through the road for batches."""
        rows = b",".join(
            b'{"timestamp":"%s","metrics":%s}' % (iso(one.stamp_us).encode(), one.metrics)
            for one in reports
        )
        body = b'{"readings":[' + rows + b"]}"
        headers = {}
        if len(body) >= GZIP_BYTES_MIN:
            body = gzip.compress(body, 6)
            headers["Content-Encoding"] = "gzip"
        return _accepted(self._ask("POST", TELEMETRY, body, headers), len(reports))

    def send_old_way(self, reports: Sequence[Report]) -> Accepted:
        """Hand over reports through the road of the first agents, which has fewer metrics."""
        rows = []
        rejected = []
        for index, report in enumerate(reports):
            row = _old_row(self.device_id, report)
            if row is None:
                rejected.append((index, "this server only takes reports with cpu, memory and disk"))
            else:
                rows.append(row)
        if rows:
            said = self._ask("POST", AGENT_TELEMETRY, json.dumps(rows).encode())
            saved = _data(said).get("saved_count")
            if not isinstance(saved, int) or saved > len(rows):
                raise Strange("the answer does not say how many reports were saved")
            return Accepted(saved, len(rows) - saved, 0, rejected)
        return Accepted(0, 0, 0, rejected)

    # --- signs of life ---

    def heartbeat(self) -> None:
        self._post(
            "/api/v1/agent/heartbeat",
            {"device_id": self.device_id, "timestamp": iso(self._clock.wall_us())},
        )

    def introduce(self, dna: Mapping[str, Any]) -> None:
        self._post("/api/v1/agent/device-dna", {"device_id": self.device_id, **dna})

    def tell(self, level: str, message: str) -> None:
        """A line for the device's history."""
        self._post(
            "/api/v1/agent/logs",
            {
                "device_id": self.device_id,
                "level": level,
                "message": message,
                "category": "software",
                "timestamp": iso(self._clock.wall_us()),
            },
        )

    def is_there(self) -> bool:
        """Whether it would answer; asked without credentials, and without work for the server."""
        try:
            self._exchange("GET", READY, None, {})
        except NoSuchDoor:
            return True  # an older server: it is there
        except (Trouble, Unreachable):
            return False
        return True

    def standing(self) -> Mapping[str, Any]:
        """How the server sees this device; needs good credentials, changes nothing."""
        return _data(self._ask("GET", f"/api/v1/agent/{quote(self.device_id, safe='')}/status"))

    # --- commands ---

    def pending(self) -> list[dict[str, Any]]:
        said = self._ask("GET", "/api/v1/devices/pending")
        rows = said.get("data", said.get("commands")) if isinstance(said, dict) else said
        if not isinstance(rows, list):
            raise Strange("the list of pending commands is not a list")
        return [row for row in rows if isinstance(row, dict)]

    def permissions(self) -> dict[str, bool]:
        path = f"/api/v1/devices/device/{quote(self.device_id, safe='')}/permissions"
        granted = _data(self._ask("GET", path)).get("permissions")
        if not isinstance(granted, dict):
            raise Strange("the device's permissions are not in the answer")
        return {str(name): value is True for name, value in granted.items()}

    def acknowledge(self, command_id: str) -> None:
        device, command = quote(self.device_id, safe=""), quote(command_id, safe="")
        self._post(f"/api/v1/devices/{device}/commands/{command}/ack", {})

    def answer(
        self, command_id: str, status: str, result: Mapping[str, Any], executed_at_us: int
    ) -> None:
        body = {"status": status, "result": result, "executed_at": iso(executed_at_us)}
        path = f"/api/v1/devices/{quote(command_id, safe='')}/status"
        self._ask("PUT", path, json.dumps(body).encode())

    # --- enrolment ---

    def provision(self, body: Mapping[str, Any]) -> Granted:
        """Become known with a site's bootstrap key."""
        return _granted(self._post("/api/v1/devices/bootstrap-provision", body))

    def claim(self, intent_id: str, body: Mapping[str, Any]) -> Granted:
        """Become the device that somebody prepared."""
        return _granted(
            self._post(f"/api/v1/enrolment-intents/{quote(intent_id, safe='')}/claim", body)
        )

    # --- the exchange ---

    def _post(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._ask("POST", path, json.dumps(body).encode())

    def _ask(
        self, method: str, path: str, body: bytes | None = None, more: Mapping[str, str] = {}
    ) -> Any:
        return self._exchange(method, path, body, {**self._credentials, **more})

    def _exchange(self, method: str, path: str, body: bytes | None, more: Mapping[str, str]) -> Any:
        headers = {"Accept": "application/json", "User-Agent": f"homepot-agent/{VERSION}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        asked_us = self._clock.wall_us()
        answer = self._transport.request(method, path, body, {**headers, **more})
        answered_us = self._clock.wall_us()
        self._note_date(answer, asked_us, answered_us)
        return _meaning(answer, answered_us / 1e6)

    def _note_date(self, answer: Answer, asked_us: int, answered_us: int) -> None:
        """Between asking and the answer it was the Date there, or up to two seconds later."""
        try:
            date_us = round(parsedate_to_datetime(answer.headers["date"]).timestamp() * 1e6)
        except (KeyError, TypeError, ValueError):
            return
        least_us, most_us = date_us - answered_us, date_us + DATE_LATE_US_MAX - asked_us
        ahead_us, self.ahead_open_us = (least_us + most_us) // 2, max(0, most_us - least_us)
        self.ahead_us = ahead_us if abs(ahead_us) > self.ahead_open_us else 0


def _meaning(answer: Answer, wall_s: float) -> Any:
    """The JSON of a good answer; everything else is raised as what it means."""
    status = answer.status
    if 200 <= status < 300:
        if not answer.body:
            return {}
        try:
            return json.loads(answer.body)
        except ValueError as error:
            raise Strange(f"{status}, but no JSON: is this address a HOMEPOT server?") from error
    raise _refusal(answer, f"{status} {_words(answer)}".strip(), wall_s)


def _refusal(answer: Answer, said: str, wall_s: float) -> Trouble:
    status = answer.status
    is_json = "json" in answer.headers.get("content-type", "")
    retry_after = answer.headers.get("retry-after")
    if status in {401, 403}:
        return NotAdmitted(said, by_key=status == 401)
    if status in {502, 504} or (status == 503 and retry_after is None and not is_json):
        return Away(f"what stands before the server says {said}")
    if status in {429, 503}:
        return Busy(said, retry_after_s(retry_after, wall_s))
    if 300 <= status < 400:
        return Strange(f"{status}: it wants to be called {answer.headers.get('location')} instead")
    kinds: dict[int, type[Trouble]] = {404: NoSuchDoor, 405: NoSuchDoor, 413: TooLarge}
    if is_json:
        kinds.update(dict.fromkeys((400, 409, 422), Unreadable))
    return kinds.get(status, Strange)(said)


def _words(answer: Answer) -> str:
    """What a refusal says for people, in whichever shape it comes."""
    try:
        said = json.loads(answer.body)
    except ValueError:
        return ""
    if not isinstance(said, dict):
        return ""
    words = said.get("detail") or said.get("message") or said.get("title") or ""
    problems = said.get("errors")
    if isinstance(problems, list):
        words = f"{words} {json.dumps(problems)}"
    return (words if isinstance(words, str) else json.dumps(words))[:SAID_CHARS_MAX]


def _data(said: Any) -> Mapping[str, Any]:
    """What is in the usual envelope, or the answer itself where it has none."""
    if isinstance(said, dict):
        inner = said.get("data")
        return inner if isinstance(inner, dict) else said
    raise Strange("the answer is not an object")


def _accepted(said: Any, sent: int) -> Accepted:
    """Believe an acknowledgement only if it answers for every row that was sent."""
    data = _data(said)
    counts = [data.get(name) for name in ("stored", "repeated", "corrected")]
    listed = data.get("rejected", [])
    if data.get("stored") is None or not isinstance(listed, list):
        raise Strange("the answer is no acknowledgement: is this address a HOMEPOT server?")
    numbers = [count if isinstance(count, int) else 0 for count in counts]
    rejected = [
        (row["index"], str(row.get("reason", "no reason given"))[:SAID_CHARS_MAX])
        for row in listed
        if isinstance(row, dict) and isinstance(row.get("index"), int) and 0 <= row["index"] < sent
    ]
    total = data.get("rejected_count", len(rejected))
    rejected_count = max(total if isinstance(total, int) else 0, len({one[0] for one in rejected}))
    if sum(numbers) + rejected_count < sent:
        raise Strange(f"the server answered for {sum(numbers) + rejected_count} of {reports(sent)}")
    unnamed = max(0, rejected_count - len(rejected))
    return Accepted(numbers[0], numbers[1], numbers[2], rejected, unnamed)


def _granted(said: Any) -> Granted:
    data = _data(said)
    parts = [data.get(name) for name in ("device_id", "api_key", "site_id")]
    if not all(isinstance(part, str) and part for part in parts[:2]):
        raise Strange("the answer holds no device id and key")
    return Granted(str(parts[0]), str(parts[1]), str(parts[2] or ""))


_OLD_NAMES = {
    "cpu_percent": "cpu_usage",
    "memory_percent": "memory_usage",
    "disk_percent": "disk_usage",
    "network_latency_ms": "network_latency_ms",
    "uptime_seconds": "uptime_seconds",
}


def _old_row(device_id: str, report: Report) -> dict[str, Any] | None:
    metrics = {
        name: value
        for name, value in json.loads(report.metrics).items()
        if isinstance(value, (int, float)) and math.isfinite(value)
    }
    if not {"cpu_percent", "memory_percent", "disk_percent"} <= metrics.keys():
        return None
    row: dict[str, Any] = {"device_id": device_id, "timestamp": iso(report.stamp_us)}
    row.update({new: metrics.pop(old) for old, new in _OLD_NAMES.items() if old in metrics})
    if metrics:
        row["pos"] = metrics
    return row
