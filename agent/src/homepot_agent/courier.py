"""Everything that goes over the network, one request at a time, by one thread.

The order of the lanes is the order of importance: signs of life and live reports pass a backlog
of any length, because between two of its batches everything else is looked at again.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from homepot_agent.backoff import BASE_S, CAP_S, PROBE_S, Patience, probe_s
from homepot_agent.clock import Clock
from homepot_agent.delivery import Delivery, SpoolUnreadable
from homepot_agent.dna import device_dna
from homepot_agent.lanes import Lane, at_once, choose, shut
from homepot_agent.orders import Orders
from homepot_agent.transport import Transport, Unreachable
from homepot_agent.wire import Away, Busy, NotAdmitted, Server, Trouble

log = logging.getLogger(__name__)

# While the server can not be reached, look this often whether a way has opened again.
WAY_CHECK_S = 10.0
NEWS_MAX = 20
SKEW_TOLD_US = 60_000_000


@dataclass(frozen=True)
class Pace:
    """How often what is done."""

    interval_s: float = 30.0
    heartbeat_s: float = 30.0
    command_poll_s: float = 60.0
    backlog_pause_s: float = 1.0
    backoff_base_s: float = BASE_S
    backoff_cap_s: float = CAP_S
    probe_s: float = PROBE_S


class Courier:
    """Call `step` again and again: each does at most one thing and says when the next is due."""

    def __init__(
        self,
        server: Server,
        transport: Transport,
        delivery: Delivery,
        orders: Orders,
        clock: Clock,
        dice: Callable[[], float],
        pace: Pace,
    ) -> None:
        self._server = server
        self._transport = transport
        self._delivery = delivery
        self._orders = orders
        self._clock = clock
        self._dice = dice
        self._pace = pace
        self.line = Patience(pace.backoff_base_s, pace.backoff_cap_s)
        self.last_error = ""
        self.last_error_us: int | None = None
        self.last_heard_us: int | None = None
        self.down_since_us: int | None = None
        self._had_way = False
        self._probe_at_s = 0.0
        self._probe_said_yes = False
        self._probes_in_vain = 0
        self._introduced = False
        self._skew_told = False
        self._news: deque[tuple[str, str]] = deque(maxlen=NEWS_MAX)
        self._heartbeat_at_s = self._poll_at_s = self._backlog_at_s = 0.0
        self._latency_ms: float | None = None
        self._latency_at_s = 0.0
        self.lanes = self._lanes()
        for lane in self.lanes:
            lane.patience = Patience(pace.backoff_base_s, pace.backoff_cap_s)

    def _lanes(self) -> list[Lane]:
        delivery, orders = self._delivery, self._orders
        return [
            Lane("heartbeat", lambda now: self._heartbeat_at_s - now, self._heartbeat),
            # second, because it names the address that the first one went out from
            Lane("introduction", lambda _: at_once(not self._introduced), self._introduce),
            Lane("reports", lambda _: at_once(delivery.has_live()), delivery.send_live, "intake"),
            Lane("outcomes", lambda _: at_once(orders.something_to_tell()), orders.tell),
            Lane("begin", lambda _: at_once(orders.something_to_begin()), orders.begin),
            Lane("commands", lambda now: self._poll_at_s - now, self._poll),
            Lane("latency", lambda now: self._latency_at_s - now, self._measure_latency),
            Lane("news", lambda _: at_once(bool(self._news)), self._tell_news),
            Lane("backlog", self._backlog_in_s, self._backlog, "intake"),
        ]

    # --- the step ---

    def step(self) -> float:
        """Do what is due first, if anything; return the seconds until the next is due."""
        now_s = self._clock.steady_s()
        if not self.line.ready(now_s):
            self._look_for_a_way(now_s)
            self._probe(now_s)
            now_s = self._clock.steady_s()
            if not self.line.ready(now_s):
                return min(max(0.0, self.next_try_at_s() - now_s), WAY_CHECK_S)
        lane, wait_s = choose(self.lanes, now_s)
        if lane is None:
            return wait_s
        try:
            lane.run()
        except (Unreachable, Away) as error:
            self._line_failed(str(error))
        except NotAdmitted as error:
            lane.refused = True
            lane.patience.refused(self._clock.steady_s(), self._dice(), str(error))
            shut(self.lanes, lane)
            self._note(f"The server does not accept this device ({error}); asking rarely", lane)
        except Busy as error:
            lane.refused = False
            lane.patience.failed(
                self._clock.steady_s(), self._dice(), str(error), error.retry_after_s
            )
            shut(self.lanes, lane)
            self._note(f"The server is busy ({error})", lane)
        except (Trouble, SpoolUnreadable) as error:
            lane.patience.failed(self._clock.steady_s(), self._dice(), str(error))
            self._note(f"It did not work: {error}", lane)
        else:
            self._went_well(lane)
        return 0.0

    def _line_failed(self, reason: str) -> None:
        now_s = self._clock.steady_s()
        self.line.failed(now_s, self._dice(), reason)
        self._probes_in_vain += self._probe_said_yes
        self._next_probe(now_s)
        self._had_way = self._transport.local_address() is not None
        self.last_error, self.last_error_us = reason, self._clock.wall_us()
        if self.down_since_us is None:
            self.down_since_us = self._clock.wall_us()
        log.warning(
            "The server can not be reached: %s; asked again in %.0f s",
            reason,
            self.next_try_at_s() - now_s,
        )

    def next_try_at_s(self) -> float:
        """When the server is tried next, or asked whether it is there."""
        return min(self.line.not_before_s, self._probe_at_s)

    def _look_for_a_way(self, now_s: float) -> None:
        """A cable that is plugged in again ends the wait, at a moment of each device's own."""
        has_way = self._transport.local_address() is not None
        if has_way and not self._had_way:
            self.line.not_before_s = min(self.line.not_before_s, now_s + self._dice() * WAY_CHECK_S)
        self._had_way = has_way

    def _next_probe(self, now_s: float) -> None:
        self._probe_said_yes = False
        self._probe_at_s = now_s + probe_s(
            self._probes_in_vain, self._dice(), self._pace.probe_s, self._pace.backoff_cap_s
        )

    def _probe(self, now_s: float) -> None:
        """A server that came back ends the wait: one light request says whether it did."""
        if now_s < self._probe_at_s or self.line.ready(now_s):
            return
        said_yes = self._server.is_there()
        if not said_yes:
            self._probes_in_vain = 0  # it is away indeed: the way is not at fault
        self._next_probe(self._clock.steady_s())
        if said_yes:
            self._probe_said_yes = True
            self.line.not_before_s = self._clock.steady_s()

    def _note(self, sentence: str, lane: Lane) -> None:
        self.last_error, self.last_error_us = f"{lane.name}: {sentence}", self._clock.wall_us()
        wait_s = lane.patience.not_before_s - self._clock.steady_s()
        log.warning("%s (%s, next try in %.0f s)", sentence, lane.name, wait_s)
        self._reached()

    def _went_well(self, lane: Lane) -> None:
        lane.patience.succeeded()
        if lane.name == "latency":
            return  # asks nothing of the server
        if lane.refused:
            # Accepted again: let the others, which were refused too, not wait any longer.
            for one in self.lanes:
                if one.refused:
                    one.refused = False
                    one.patience.succeeded()
        self._reached()

    def _reached(self) -> None:
        """There was an answer, whatever it was."""
        self.line.succeeded()
        self._probe_said_yes, self._probes_in_vain = False, 0
        self.last_heard_us = self._clock.wall_us()
        if self.down_since_us is not None:
            log.info("The server can be reached again")
            self.down_since_us = None
            self._introduced = False  # the way may be another one now, with another address

    # --- the errands ---

    def _introduce(self) -> None:
        self._server.introduce(device_dna(self._transport.local_address()))
        self._introduced = True

    def _heartbeat(self) -> None:
        now_s = self._clock.steady_s()
        self._server.heartbeat()
        self._heartbeat_at_s = now_s + self._pace.heartbeat_s
        self._watch_clock()

    def _watch_clock(self) -> None:
        ahead_us = self._server.ahead_us or 0
        wrong = abs(ahead_us) > SKEW_TOLD_US
        if wrong and not self._skew_told:
            where = "behind" if ahead_us > 0 else "ahead of"
            self.add_news(
                "warning",
                f"The clock of this device is {abs(ahead_us) / 1e6:.0f} s {where} the server's.",
            )
        self._skew_told = wrong

    def _poll(self) -> None:
        now_s = self._clock.steady_s()
        self._orders.fetch()
        self._poll_at_s = now_s + self._pace.command_poll_s

    def _backlog_in_s(self, now_s: float) -> float | None:
        return max(0.0, self._backlog_at_s - now_s) if self._delivery.has_backlog() else None

    def _backlog(self) -> None:
        self._delivery.send_backlog()
        self._backlog_at_s = self._clock.steady_s() + self._pace.backlog_pause_s

    def _measure_latency(self) -> None:
        self._latency_at_s = self._clock.steady_s() + self._pace.interval_s
        self._latency_ms = self._transport.latency_ms()

    def take_latency_ms(self) -> float | None:
        """What was measured since this was last asked; never the same twice."""
        latency_ms, self._latency_ms = self._latency_ms, None
        return latency_ms

    def add_news(self, level: str, message: str) -> None:
        """A line for the device's history on the server; the newest are kept until it is told."""
        log.warning("%s", message)
        self._news.append((level, message))

    def _tell_news(self) -> None:
        told = self._news[0]
        self._server.tell(*told)
        # Others may have pushed it out meanwhile.
        if self._news[0] is told:
            self._news.popleft()
