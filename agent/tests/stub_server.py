"""A small honest HOMEPOT server for tests: it keeps the contract, and misbehaves when told to.

`StubServer.handle` is the whole of it, without I/O; `serving` puts it behind real HTTP.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from homepot_agent.clock import EPOCH, parsed_us
from homepot_agent.wire import READY

PROBLEM = {"Content-Type": "application/problem+json"}
KEY = "the-device-key"
DEVICE = "DEVICE-AAAA-BBBB-CCCC"
SITE = "SITE-AAAA-BBBB"
OLD_NAMES = {
    "cpu_usage": "cpu_percent",
    "memory_usage": "memory_percent",
    "disk_usage": "disk_percent",
    "network_latency_ms": "network_latency_ms",
    "uptime_seconds": "uptime_seconds",
}


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes
    # the connection breaks before this answer is sent, after the work was done
    lost: bool = False


def say(status: int, content: Any, **headers: str) -> Reply:
    usual = {"Content-Type": "application/json"} if status < 400 else PROBLEM
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, {**usual, **named}, json.dumps(content).encode())


@dataclass
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    rows: int


Fault = Callable[[str, str, bytes], "Reply | None"]


def lost_answer(reply: Reply) -> Reply:
    return Reply(reply.status, reply.headers, reply.body, lost=True)


@dataclass
class StubServer:
    now_us: Callable[[], int]
    keys: dict[str, str] = field(default_factory=lambda: {DEVICE: KEY})
    bootstrap_key: str = "hpb_good"
    claim_token: str = "hpc_good"
    batches: bool = True
    old_way: bool = True
    has_health: bool = True
    refuse_row: Callable[[dict[str, Any]], str | None] = lambda row: None
    stored: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    arrivals: list[int] = field(default_factory=list)
    repeats: int = 0
    asked: list[Asked] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    permissions: dict[str, bool] = field(default_factory=dict)
    commands: dict[str, dict[str, Any]] = field(default_factory=dict)
    told: list[tuple[str, str]] = field(default_factory=list)
    dna: list[dict[str, Any]] = field(default_factory=list)

    def order(self, kind: str, payload: Any = None, age_s: float = 0.0) -> str:
        command_id = f"c{len(self.commands) + 1}"
        created = EPOCH.timestamp() + self.now_us() / 1e6 - age_s
        self.commands[command_id] = {
            "command_id": command_id,
            "command_type": kind,
            "payload": payload,
            "status": "pending",
            "created_at": _iso(created),
        }
        return command_id

    def handle(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        small = {name.lower(): value for name, value in headers.items()}
        if small.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        self.asked.append(Asked(method, path, small, 0))
        for fault in list(self.faults):
            reply = fault(method, path, body)
            if reply is not None:
                self.faults.remove(fault)
                if reply.lost:
                    self._answer(method, path, small, body)
                return reply
        return self._answer(method, path, small, body)

    def _answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        content = json.loads(body) if body else {}
        if path.endswith("bootstrap-provision"):
            return self._provision(content)
        if path.endswith("/claim"):
            return self._claim(content)
        if path == READY:
            assert "x-api-key" not in headers, "a key that nobody asked for"
            return say(200, {"status": "ready"}) if self.has_health else say(404, {})
        device = headers.get("x-device-id", "")
        if device not in self.keys or self.keys[device] != headers.get("x-api-key"):
            return say(401, {"detail": "This device key is not known."})
        if path == "/api/telemetry" and self.batches:
            return self._telemetry(device, content)
        if path == "/api/v1/agent/telemetry" and self.old_way:
            return self._old_telemetry(device, content)
        return self._wire(method, path, content, device)

    def _telemetry(self, device: str, content: Any) -> Reply:
        rows = content["readings"]
        self.asked[-1].rows = len(rows)
        counts = {"stored": 0, "repeated": 0, "corrected": 0}
        rejected = []
        for index, row in enumerate(rows):
            reason = self.refuse_row(row)
            if reason:
                rejected.append({"index": index, "reason": reason})
            else:
                counts[self._keep(device, row["timestamp"], row["metrics"])] += 1
        return say(200, {**counts, "rejected": rejected, "rejected_count": len(rejected)})

    def _keep(self, device: str, timestamp: str, metrics: dict[str, Any]) -> str:
        stamp_us = parsed_us(timestamp)
        assert stamp_us is not None
        key = (device, stamp_us)
        if key not in self.stored:
            self.stored[key] = metrics
            self.arrivals.append(stamp_us)
            return "stored"
        assert self.stored[key] == metrics, "one time, two contents"
        self.repeats += 1
        return "repeated"

    def _old_telemetry(self, device: str, rows: Any) -> Reply:
        for row in rows:
            assert {"cpu_usage", "memory_usage", "disk_usage"} <= row.keys()
            metrics = {new: row[old] for old, new in OLD_NAMES.items() if old in row}
            self._keep(device, row["timestamp"], {**metrics, **row.get("pos", {})})
        return say(200, {"status": "success", "data": {"saved_count": len(rows)}})

    def _provision(self, content: Any) -> Reply:
        if content["bootstrap_key"] != self.bootstrap_key:
            return say(401, {"detail": "This bootstrap key is not good."})
        data = {"device_id": DEVICE, "api_key": KEY, "site_id": content["site_id"]}
        self.dna.append(content)
        return say(201, {"status": "success", "message": "Welcome", "data": data})

    def _claim(self, content: Any) -> Reply:
        if content["claim_token"] != self.claim_token:
            return say(401, {"detail": "This claim is not good."})
        return say(200, {"message": "ok", "device_id": DEVICE, "api_key": KEY, "site_id": SITE})

    def _wire(self, method: str, path: str, content: Any, device: str) -> Reply:
        if path.endswith("/agent/heartbeat"):
            return say(200, {"status": "success", "data": {"device_id": device}})
        if path.endswith("/agent/device-dna"):
            self.dna.append(content)
            return say(200, {"status": "success", "data": {}})
        if path.endswith("/agent/logs"):
            self.told.append((content["level"], content["message"]))
            return say(201, {"status": "success", "data": {}})
        if path.endswith("/devices/pending"):
            return say(200, [c for c in self.commands.values() if c["status"] == "pending"])
        if path.endswith("/permissions"):
            return say(200, {"status": "success", "data": {"permissions": self.permissions}})
        if path == f"/api/v1/agent/{device}/status":
            return say(200, {"status": "success", "data": {"lifecycle_state": "active"}})
        return self._command(method, path, content)

    def _command(self, method: str, path: str, content: Any) -> Reply:
        parts = path.split("/")
        command = self.commands.get(parts[-2])
        if command is None:
            return say(404, {"detail": "There is nothing here."})
        if method == "POST" and parts[-1] == "ack":
            if command["status"] != "pending":
                return say(409, {"detail": "It is not pending."})
            command["status"] = "sent"
        else:
            command.update(status=content["status"], result=content["result"])
        return say(200, {"status": "success", "data": {}})

    def seen(self, path_end: str) -> list[Asked]:
        return [one for one in self.asked if one.path.endswith(path_end)]


def _iso(epoch_s: float) -> str:
    return datetime.fromtimestamp(epoch_s, timezone.utc).isoformat()


@contextlib.contextmanager
def serving(stub: StubServer, port: int = 0) -> Iterator[str]:
    """Put the stub behind HTTP on loopback; gives its address."""
    guard = threading.Lock()
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            with guard:  # one that is kept open does not outlive its server
                reply = (
                    None
                    if over.is_set()
                    else stub.handle(self.command, self.path, dict(self.headers.items()), body)
                )
            if reply is None or reply.lost:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *args: Any) -> None:
            """Tests print what matters themselves."""

    for method in ("GET", "POST", "PUT"):
        setattr(Handler, f"do_{method}", Handler.answer)
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def date_header(now_us: int) -> str:
    return format_datetime(datetime.fromtimestamp(now_us / 1e6, timezone.utc), usegmt=True)
