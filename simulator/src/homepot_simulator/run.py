"""The fleet at work: live from its first moment, and whatever was missed is sent beside it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from homepot_simulator.client import Server, Wait
from homepot_simulator.clock import stamp
from homepot_simulator.enrol import Credentials, enrol, known_part
from homepot_simulator.episodes import Episode
from homepot_simulator.errors import SimulatorError, UnreachableError
from homepot_simulator.events import events_between
from homepot_simulator.fleet import Fleet, make_fleet
from homepot_simulator.harmless import harmless_episodes
from homepot_simulator.inject import parse_injection
from homepot_simulator.noise import DAY_US, HOUR_US, SECOND_US, draw
from homepot_simulator.reporting import Reporter
from homepot_simulator.state import Identities, Progress, State, Stretch
from homepot_simulator.truth import harmless_row, truth_row, write_rows
from homepot_simulator.world import World, report_times

_log: Final = logging.getLogger(__name__)

# A gap longer than this is history: it is filled at history's step, in pieces of a few ten
# thousand rows, and live time goes on meanwhile.
_LIVE_GAP_US: Final = HOUR_US
_PIECE_STEPS: Final = 480
_GAP_MAX_US: Final = 60 * DAY_US
_COMMANDS_EVERY_S: Final = 60
_BEAT_S: Final = 1.0


@dataclass(frozen=True)
class Options:
    seed: int | None = None
    days: float = 7.0
    interval_s: int = 10
    history_step_s: int = 60
    heartbeat_s: int = 30
    begin_anew: bool = False
    injections: tuple[str, ...] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        if not 1 <= self.interval_s <= 600:
            raise SimulatorError("The interval is 1 to 600 s")
        if self.history_step_s % self.interval_s:
            raise SimulatorError(
                f"The step of history ({self.history_step_s} s) must be a multiple of the"
                f" interval ({self.interval_s} s)"
            )
        if not 0 <= self.days <= 60:
            raise SimulatorError("History is 0 to 60 days long")
        if not 5 <= self.heartbeat_s <= 120:
            raise SimulatorError("Heartbeats come every 5 to 120 s")


class Runner:
    """One fleet at one server, from its state folder on."""

    def __init__(
        self,
        server: Server,
        state: State,
        credentials: Credentials,
        options: Options,
        *,
        now_us: Callable[[], int],
        wait: Wait,
    ) -> None:
        self._server, self._state, self._options = server, state, options
        self._credentials = credentials
        self._now_us, self._wait = now_us, wait
        self._written: tuple[Episode, ...] | None = None
        self._due: dict[tuple[str, str], int] = {}
        self._become(self._identities())

    def _become(self, known: Identities) -> None:
        self._known = known
        self.world = World(known_part(make_fleet(known.seed), self._credentials, known))
        self.reporter = Reporter(self._server, known, self._credentials.token)

    @property
    def fleet(self) -> Fleet:
        return self.world.fleet

    def run(self) -> None:
        """Until it is interrupted."""
        self.start()
        while True:
            self.step()
            self._wait(_BEAT_S)

    def start(self) -> None:
        """Everybody enrolled and at work, and the history sent."""
        self.go_live()
        began_us, owed_us = self._now_us(), self.progress.owed_us
        self._tell("history" if owed_us else "live", owed_us)
        while self.progress.owed_us:
            self.step()
        if owed_us:
            self._tell("live", owed_us, took_s=(self._now_us() - began_us) / SECOND_US)

    def go_live(self) -> None:
        """Everybody enrolled; from this moment on the fleet is at work."""
        if self._known.devices and not self.reporter.introduced():
            self._begin_anew()
        enrol(self.fleet, self._server, self._credentials, self._known, self._state, self._now_us())
        self._state.keep_identities(self._known)
        self.progress = self._state.progress() or self._beginning()
        start_us = self._now_us()
        for text in self._options.injections:
            episode = parse_injection(text, self.fleet, start_us, self._known)
            self._state.add(episode)
            _log.info("%s on %s until %s.", episode.kind, episode.device_key, stamp(episode.end_us))
        self._take_added()
        self._catch_up()
        _log.info(
            "Live: %d devices, every %d s. The truth is in %s.",
            len(self.fleet.devices), self._options.interval_s, self._state.truth_path,
        )  # fmt: skip

    def step(self) -> None:
        """Whatever is due now."""
        self._take_added()
        now_us = self._now_us()
        if self._is_due("all", "telemetry", self._options.interval_s, now_us):
            self._catch_up()
        try:
            for device in self.fleet.devices:
                if self.world.silent(device.key, now_us):
                    continue
                if self._is_due(device.key, "heartbeat", self._options.heartbeat_s, now_us):
                    self.reporter.heartbeat(device.key, now_us)
                if self._is_due(device.key, "commands", _COMMANDS_EVERY_S, now_us):
                    self.reporter.commands(device.key)
        except UnreachableError as error:
            # the next batch of readings waits until the server is there again
            _log.debug("%s", error)
        if self.progress.owed_us:
            self._send_history()

    def _begin_anew(self) -> None:
        if not self._options.begin_anew:
            raise SimulatorError(
                f"{self._server.url} knows none of the devices in {self._state.folder}: were its"
                " data removed? Remove that folder too, give another one with --state, or say"
                " --begin-anew"
            )
        _log.info("The server knows none of these devices: the fleet begins anew.")
        self._state.put_aside()
        self._written = None
        self._become(self._identities())

    def _tell(self, phase: str, owed_us: int, took_s: float = 0.0) -> None:
        self._state.keep_status(
            phase=phase,
            devices=len(self.fleet.devices),
            sites=len(self.fleet.sites),
            owed_s=owed_us // SECOND_US,
            rows=self.reporter.rows_stored,
            took_s=round(took_s, 1),
            at=stamp(self._now_us() // SECOND_US * SECOND_US),
        )

    def _identities(self) -> Identities:
        known = self._state.identities()
        if known is None:
            return Identities(self._options.seed or 1, self._server.url)
        if self._options.seed not in {None, known.seed}:
            raise SimulatorError(
                f"The devices in {self._state.folder} live by seed {known.seed}; another seed"
                " needs a state folder of its own (--state)"
            )
        if known.server != self._server.url:
            _log.info("These devices were enrolled at %s.", known.server)
            known.server = self._server.url
        return known

    def _beginning(self) -> Progress:
        begun_us = self._now_us() - int(self._options.days * DAY_US)
        return Progress([Stretch.from_moment(begun_us - begun_us % (60 * SECOND_US))])

    def _take_added(self) -> None:
        added = self._state.added_anew(self.fleet)
        if added is not None:
            self.world = self.world.with_added(*added)

    def _is_due(self, who: str, what: str, every_s: int, now_us: int) -> bool:
        """True once in each period; every device has its own moment of it."""
        phase = int(draw(0, every_s * SECOND_US, who, what))
        number = (now_us - phase) // (every_s * SECOND_US)
        if self._due.get((who, what)) == number:
            return False
        self._due[who, what] = number
        return True

    def _catch_up(self) -> None:
        """Sends live time until now; a long gap before it becomes history."""
        now_us = self._now_us()
        if now_us - self.progress.live.sent_us > _LIVE_GAP_US:
            if now_us - self.progress.live.sent_us > _GAP_MAX_US:
                first_us = now_us - _GAP_MAX_US
                _log.warning("The gap is too long; it is filled from %s on.", stamp(first_us))
                self.progress.stretches.append(Stretch.from_moment(first_us))
                self.progress.stretches[:-1] = []
            self.progress.stretches.append(Stretch.from_moment(now_us))
        piece_us = _PIECE_STEPS * self._options.interval_s * SECOND_US
        live = self.progress.live
        while live.sent_us < now_us:
            self._send(live, min(now_us, live.sent_us + piece_us), self._options.interval_s)
        self._write_truth()

    def _send_history(self) -> None:
        """One piece of the oldest gap."""
        earlier, later = self.progress.stretches[:2]
        step_s = self._options.history_step_s
        to_us = min(later.begun_us, earlier.sent_us + _PIECE_STEPS * step_s * SECOND_US)
        self._send(earlier, to_us, step_s)
        self.progress.close_gaps()
        self._state.keep_progress(self.progress)
        _log.info(
            "History until %s: %d rows stored.",
            stamp(to_us // SECOND_US * SECOND_US), self.reporter.rows_stored,
        )  # fmt: skip

    def _send(self, stretch: Stretch, to_us: int, step_s: int) -> None:
        world, from_us = self.world, stretch.sent_us
        times = (
            (one, report_times(one, self.fleet.seed, from_us, to_us, step_s * SECOND_US))
            for one in self.fleet.devices
        )
        self.reporter.readings(world.values(device.key, moments) for device, moments in times)
        for event in events_between(world, stretch.events_us, to_us):
            self.reporter.event(event)
            stretch.events_us = event.time_us
            self._state.keep_progress(self.progress)
        stretch.sent_us = stretch.events_us = to_us
        self._state.keep_progress(self.progress)

    def _write_truth(self) -> None:
        """What has begun so far; the end is when it will be mended."""
        span = (self.progress.begun_us, self.progress.live.sent_us)
        faults = tuple(self.world.faults(*span))
        if faults == self._written:
            return
        self._written = faults
        name = self._known.name
        write_rows(self._state.truth_path, (truth_row(one, name) for one in faults))
        harmless = sorted(harmless_episodes(self.fleet, *span))
        write_rows(self._state.harmless_path, (harmless_row(one, name) for one in harmless))
