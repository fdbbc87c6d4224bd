"""A small honest server: it keeps what it acknowledges, once, and refuses what it must."""

import json
import threading
from collections import Counter, deque
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import msgpack
import numpy as np

TOKEN = "hp_test-token"
Reply = tuple[int, dict[str, str]]


@dataclass
class Kept:
    sites: dict[str, Any] = field(default_factory=dict)
    site_keys: dict[str, str] = field(default_factory=dict)
    devices: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: dict[tuple[str, int], tuple[float, ...]] = field(default_factory=dict)
    metrics: dict[str, tuple[str, ...]] = field(default_factory=dict)
    repeated: int = 0
    corrected: int = 0
    heartbeats: Counter[str] = field(default_factory=Counter)
    events: list[dict[str, Any]] = field(default_factory=list)
    commands: list[dict[str, Any]] = field(default_factory=list)
    outcomes: list[dict[str, Any]] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)


class StubServer:
    """Answers on loopback. `troubles` are taken one a request, before anything is looked at.

    A trouble is a status with headers, "drop" (the line is cut before the work), or "forget"
    (the work is done and kept, but its answer is lost).
    """

    def __init__(self) -> None:
        self.kept = Kept()
        self.troubles: deque[Reply | str] = deque()
        self.trouble_path = ""
        self.telemetry_scope = True
        self.shut_out: set[str] = set()
        self.guests = ExitStack()
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.guests.close()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def answer(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], Any] | None:
        with self._lock:
            self.kept.asked[f"{method} {path}"] += 1
            trouble: Reply | str | None = None
            if self.troubles and self.trouble_path in path:
                trouble = self.troubles.popleft()
            if trouble == "drop":
                return None
            if isinstance(trouble, tuple):
                return (*trouble, {"title": "trouble", "detail": "not now"})
            status, told = self._work(method, path.strip("/").split("/"), headers, body)
            return None if trouble == "forget" else (status, {}, told)

    def _work(
        self, method: str, parts: list[str], headers: dict[str, str], body: bytes
    ) -> tuple[int, Any]:
        bearer = headers.get("authorization") == f"Bearer {TOKEN}"
        match (method, *parts):
            case ("POST", "api", "telemetry"):
                return self._telemetry(bearer, headers, body)
            case (_, "api", "v1", *rest):
                return self._wire(method, rest, headers, json.loads(body or b"null"))
            case _ if not bearer:
                return 401, {"detail": "sign in"}
            case ("POST", "api", "sites"):
                site = json.loads(body)
                if site["site_id"] in self.kept.sites:
                    return 409, {"detail": "there is such a site"}
                self.kept.sites[site["site_id"]] = site
                return 201, site
            case ("POST", "api", "sites", site_id, "bootstrap-keys"):
                self.kept.site_keys[f"key-{site_id}"] = site_id
                return 201, {"id": site_id, "bootstrap_key": f"key-{site_id}"}
            case ("DELETE", "api", "sites", _, "bootstrap-keys", key_id):
                known = self.kept.site_keys.pop(f"key-{key_id}", None)
                return (204, None) if known else (404, {"detail": "no such key"})
            case ("PATCH", "api", "devices", device_id):
                self.kept.devices[device_id] |= json.loads(body)
                return 200, {}
        return 404, {"detail": "nothing here"}

    def _wire(
        self, method: str, parts: list[str], headers: dict[str, str], body: Any
    ) -> tuple[int, Any]:
        if parts == ["devices", "bootstrap-provision"]:
            if self.kept.site_keys.get(body["bootstrap_key"]) != body["site_id"]:
                return 401, {"detail": "wrong bootstrap key"}
            device_id = f"DEVICE-{len(self.kept.devices):04d}"
            self.kept.devices[device_id] = {**body, "api_key": f"secret-{device_id}"}
            return 200, {"data": {"device_id": device_id, "api_key": f"secret-{device_id}"}}
        device_id = self._device(headers)
        if device_id is None:
            return 401, {"detail": "wrong device key"}
        match (method, *parts):
            case ("GET", "agent", _, "status") | ("POST", "agent", "device-dna"):
                self.kept.devices[device_id].setdefault("dna", body)
            case ("POST", "agent", "heartbeat"):
                self.kept.heartbeats[device_id] += 1
            case ("POST", "agent", "audit" | "logs"):
                self.kept.events.append(body)
            case ("GET", "devices", "pending"):
                waiting = self.kept.commands
                self.kept.commands = []
                return 200, waiting
            case ("POST", "devices", _, "commands", number, "ack"):
                self.kept.outcomes.append({"ack": number})
            case ("PUT", "devices", number, "status"):
                self.kept.outcomes.append({"of": number, **body})
            case _:
                return 404, {"detail": "nothing here"}
        return 200, {"status": "success"}

    def _device(self, headers: dict[str, str]) -> str | None:
        device_id = headers.get("x-device-id", "")
        right = self.kept.devices.get(device_id, {}).get("api_key") == headers.get("x-api-key")
        return device_id if right and device_id not in self.shut_out else None

    def _telemetry(self, bearer: bool, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        speaker = self._device(headers)
        if bearer and not self.telemetry_scope:
            return 403, {"detail": "the token lacks telemetry:write"}
        if not bearer and speaker is None:
            return 401, {"detail": "wrong key"}
        batch = msgpack.unpackb(body)
        device = np.frombuffer(batch["device"], "<i4")
        times = np.frombuffer(batch["timestamps"], "<i8")
        values = np.frombuffer(batch["values"], "<f8").reshape(len(times), len(batch["metrics"]))
        if not bearer and batch["device_ids"] != [speaker]:
            return 403, {"detail": "a device speaks for itself"}
        stored = repeated = corrected = 0
        for index, time, row in zip(device.tolist(), times.tolist(), values.tolist(), strict=True):
            device_id = batch["device_ids"][index]
            if device_id not in self.kept.devices:
                return 422, {"detail": f"no device {device_id}"}
            self.kept.metrics[device_id] = tuple(batch["metrics"])
            known = self.kept.rows.setdefault((device_id, time), tuple(row))
            if known is not None and known != tuple(row):
                corrected += 1
            stored += 1
        told = len(self.kept.rows)
        repeated = stored - (told - self._told) - corrected
        self._told = told
        self.kept.repeated += repeated
        self.kept.corrected += corrected
        return 200, {
            "stored": stored - repeated - corrected,
            "repeated": repeated,
            "corrected": corrected,
            "rejected": [],
            "rejected_count": 0,
        }

    _told = 0


def _handler(server: StubServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body of an answer in one packet, or each waits for the other
        disable_nagle_algorithm = True

        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = server.answer(self.command, self.path, headers, body)
            if answer is None:
                self.close_connection = True
                self.connection.close()
                return
            status, extra, told = answer
            content = b"" if told is None else json.dumps(told).encode()
            self.send_response(status)
            for name, value in {**extra, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Says nothing."""

        def handle(self) -> None:
            try:
                super().handle()
            except (ConnectionError, ValueError):
                self.close_connection = True

        def finish(self) -> None:
            try:
                super().finish()
            except (ConnectionError, ValueError):
                self.close_connection = True

    return Handler
