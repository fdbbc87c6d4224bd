"""The agent put together: one thread measures and keeps, another one talks to the server."""

from __future__ import annotations

import logging
import os
import random
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Callable

from homepot_agent import VERSION, address, places, state
from homepot_agent.clock import Clock, SystemClock
from homepot_agent.collect import Collector, as_json
from homepot_agent.commands.carry_out import Means
from homepot_agent.commands.desk import Desk
from homepot_agent.config import Config
from homepot_agent.courier import Courier, Pace
from homepot_agent.delivery import Delivery
from homepot_agent.identity import Identity
from homepot_agent.orders import Orders
from homepot_agent.rejects import Rejects
from homepot_agent.spool.spool import Spool
from homepot_agent.stamps import clock_is_set, next_stamp
from homepot_agent.tell import reports
from homepot_agent.transport import HttpTransport, Transport
from homepot_agent.wire import Server

log = logging.getLogger(__name__)

AFTER_FAULT_S = 30.0
LAST_REQUEST_S = 5.0


class Agent:
    """Everything that runs on the device."""

    def __init__(
        self,
        config: Config,
        identity: Identity,
        folder: Path,
        *,
        transport: Transport,
        measure: Callable[[], Mapping[str, float]],
        clock: Clock,
        dice: Callable[[], float],
    ) -> None:
        self.config = config
        self._folder = folder
        self._clock = clock
        self._measure = measure
        self._wake = threading.Event()
        self._last_metrics: Mapping[str, float] = {}
        self.spool = Spool(places.spool_folder(folder), int(config.spool_mb * 1e6))
        self.rejects = Rejects(places.rejects_file(folder))
        self.server = Server(transport, clock, identity.device_id, identity.api_key)
        self.delivery = Delivery(self.server, self.spool, self.rejects, clock)
        means = Means(
            config.time_limit_s,
            config.restart_pos_app,
            config.restart,
            config.shutdown,
            self._status_for_command,
        )
        self.orders = Orders(
            self.server,
            Desk(places.commands_file(folder)),
            clock,
            config.allow,
            means,
            wake=self._wake.set,
        )
        pace = Pace(
            config.interval_s,
            config.heartbeat_s,
            config.command_poll_s,
            config.backlog_pause_s,
            config.backoff_base_s,
            config.backoff_cap_s,
            config.probe_s,
        )
        self.courier = Courier(
            self.server, transport, self.delivery, self.orders, clock, dice, pace
        )
        self.status = state.Status(
            version=VERSION,
            pid=os.getpid(),
            started_us=clock.wall_us(),
            interval_s=config.interval_s,
            running=True,
            device_id=identity.device_id,
            server=identity.server,
            allow=sorted(config.allow),
        )
        self._status_lock = threading.Lock()
        self._dropped_told = self.spool.facts().dropped

    # --- measuring ---

    def collect(self) -> None:
        """Measure once and keep it; ask for it to be sent."""
        wall_us = self._clock.wall_us()
        if not clock_is_set(wall_us):
            if self.status.clock_is_set:
                log.error("This device's clock is not set: nothing is measured until it is")
            self.status.clock_is_set = False
            return
        self.status.clock_is_set = True
        metrics = dict(self._measure())
        latency_ms = self.courier.take_latency_ms()
        if latency_ms is not None:
            metrics["network_latency_ms"] = latency_ms
        if self.config.sequence:
            metrics["sequence"] = self.spool.next_sequence
        stamp = next_stamp(self.spool.last_stamp_us, wall_us)
        if stamp.set_back_us:
            self.courier.add_news(
                "warning",
                f"The clock of this device was set back by {stamp.set_back_us / 1e6:.0f} s.",
            )
        self.spool.append(stamp.us, as_json(metrics))
        self._last_metrics = metrics
        self.status.collected += 1
        self.status.last_collected_us = stamp.us
        self.status.metrics = sorted(metrics)
        self._tell_drops()
        self._wake.set()

    def _tell_drops(self) -> None:
        dropped = self.spool.facts().dropped
        if dropped > self._dropped_told:
            self.courier.add_news(
                "error",
                "The spool of this device was full; of its oldest, dropped unsent:"
                f" {reports(dropped - self._dropped_told)}.",
            )
            self._dropped_told = dropped

    # --- telling ---

    def _status_for_command(self) -> dict[str, Any]:
        facts = self.spool.facts()
        return {
            "device_id": self.status.device_id,
            "agent_version": VERSION,
            "agent_started_at_us": self.status.started_us,
            "measured_at_us": self.status.last_collected_us,
            "metrics": dict(self._last_metrics),
            "reports_waiting": facts.waiting,
            "reports_dropped": facts.dropped,
            "reports_rejected": self.rejects.count,
            "spool_bytes": facts.bytes,
            "disk_trouble": self.spool.disk_trouble,
            "clock_behind_server_us": self.server.ahead_us,
            "allowed_commands": sorted(self.config.allow),
        }

    def write_status(self, running: bool = True) -> None:
        """Told after measuring and after talking, by either thread: what stands is true now."""
        with self._status_lock:
            self._write_status(running)

    def _write_status(self, running: bool) -> None:
        status, courier, facts = self.status, self.courier, self.spool.facts()
        status.running = running
        status.written_us = self._clock.wall_us()
        status.sent = self.delivery.sent
        status.last_sent_us = self.delivery.last_sent_us
        status.last_heard_us = courier.last_heard_us
        status.unreachable_since_us = courier.down_since_us
        wait_s = courier.next_try_at_s() - self._clock.steady_s()
        status.next_try_in_s = wait_s if wait_s > 0 else None
        status.last_error = courier.last_error
        status.last_error_us = courier.last_error_us
        status.clock_behind_server_us = self.server.ahead_us
        status.waiting = facts.waiting
        status.oldest_waiting_us = facts.oldest_stamp_us
        status.spool_bytes = facts.bytes
        status.spool_bytes_max = facts.bytes_max
        status.dropped = facts.dropped
        status.damaged = facts.damaged
        status.in_memory_only = facts.in_memory_only
        status.disk_trouble = self.spool.disk_trouble
        status.rejected = self.rejects.count + self.delivery.unnamed_rejects
        try:
            state.save(places.status_file(self._folder), status)
        except OSError as error:
            log.warning("The agent's status can not be written: %s", error)

    # --- running ---

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. Measuring never waits for the network."""
        talking = threading.Thread(target=self._talk, args=(stop,), name="courier", daemon=True)
        talking.start()
        due_s = self._clock.steady_s()
        while not stop.is_set():
            try:
                self.collect()
            except Exception:
                log.exception("Measuring failed")
            self.write_status()
            now_s = self._clock.steady_s()
            due_s += self.config.interval_s
            if due_s < now_s:
                due_s = now_s + self.config.interval_s  # slept; what was missed is not made up
            stop.wait(due_s - now_s)
        self._wake.set()
        talking.join(LAST_REQUEST_S)
        self.write_status(running=False)

    def _talk(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self._wake.clear()
            try:
                wait_s = self.courier.step()
            except Exception:
                log.exception("Talking to the server failed")
                stop.wait(AFTER_FAULT_S)
                continue
            if not stop.is_set():
                self.write_status()
            if wait_s > 0:
                self._wake.wait(min(wait_s, 3600.0))


def http_transport(config: Config, identity: Identity) -> HttpTransport:
    """The line to the server of this identity; the configuration stands above it."""
    ca = config.ca or (Path(identity.ca) if identity.ca else None)
    return HttpTransport(
        address.parse(identity.server),
        ca=ca,
        insecure_http=config.insecure_http or identity.insecure_http,
        timeout_s=config.timeout_s,
    )


def real_agent(config: Config, identity: Identity, folder: Path) -> Agent:
    """An agent of real parts."""
    return Agent(
        config,
        identity,
        folder,
        transport=http_transport(config, identity),
        measure=Collector(config.disk_path).measure,
        clock=SystemClock(),
        dice=random.random,
    )
