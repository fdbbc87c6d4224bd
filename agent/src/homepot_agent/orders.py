"""Fetching commands, having them carried out within what is permitted, and telling the outcome."""

from __future__ import annotations

import logging
import subprocess
import threading
from collections.abc import Callable, Sequence

from homepot_agent.clock import Clock
from homepot_agent.commands.carry_out import Means, Outcome, agent_is_root, carry_out
from homepot_agent.commands.decide import Command, Refuse, Run, decide, expired, read_command
from homepot_agent.commands.desk import POWER, Desk
from homepot_agent.transport import Unreachable
from homepot_agent.wire import NoSuchDoor, Server, Trouble, Unreadable

log = logging.getLogger(__name__)

WAITING_MAX = 20
LATE = Refuse("expired", "It waited longer than 300 s on the device and was not carried out.")


def in_background(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="command", daemon=True).start()


def start_detached(argv: Sequence[str]) -> None:
    """Begin what ends this very process; nobody waits for it."""
    subprocess.Popen(list(argv), start_new_session=True)  # noqa: S603 - a list of words, no shell


class Orders:
    """The server's commands on this device; one is carried out at a time."""

    def __init__(
        self,
        server: Server,
        desk: Desk,
        clock: Clock,
        allowed: frozenset[str],
        means: Means,
        *,
        start: Callable[[Callable[[], None]], None] = in_background,
        power: Callable[[Sequence[str]], None] = start_detached,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._server = server
        self._desk = desk
        self._clock = clock
        self._allowed = allowed
        self._means = means
        self._start = start
        self._power = power
        self._wake = wake
        self._accepted: list[Command] = []
        self._afterwards: dict[str, Sequence[str]] = {}
        self._running = threading.Event()

    # --- what there is to do ---

    def something_to_tell(self) -> bool:
        return self._desk.untold() is not None

    def something_to_begin(self) -> bool:
        return bool(self._accepted) and not self._running.is_set()

    # --- fetching ---

    def fetch(self) -> None:
        """Ask what is wanted of this device, and decide about each."""
        known = {one.command_id for one in self._accepted}
        commands: list[Command] = []
        for command in map(read_command, self._server.pending()):
            if command is None or command.command_id in known:
                continue
            if self._desk.knows(command.command_id):
                self._desk.tell_again(command.command_id)
            elif len(known) + len(commands) < WAITING_MAX:
                commands.append(command)
        if not commands:
            return
        permissions = self._permissions()
        for command in commands:
            verdict = decide(
                command, self._allowed, permissions, self._server_now_us(), agent_is_root()
            )
            if isinstance(verdict, Run):
                self._accepted.append(command)
            elif isinstance(verdict, Refuse):
                self._refuse(command, verdict)
            else:
                log.info("Command %s (%s) waits: %s", command.command_id, command.kind, verdict)

    def _permissions(self) -> dict[str, bool] | None:
        try:
            return self._server.permissions()
        except (Trouble, Unreachable) as error:
            log.warning("The device's permissions could not be fetched: %s", error)
            return None

    def _server_now_us(self) -> int:
        return self._clock.wall_us() + (self._server.ahead_us or 0)

    def _refuse(self, command: Command, refusal: Refuse) -> None:
        log.warning("Refused command %s (%s): %s", command.command_id, command.kind, refusal.reason)
        outcome = Outcome(refusal.status, {"error": refusal.reason})
        self._desk.finish(command, outcome, self._clock.wall_us())

    # --- carrying out ---

    def begin(self) -> None:
        """Tell the server that the next one is begun, then begin it."""
        command = self._accepted[0]
        if expired(command, self._server_now_us()):
            self._accepted.pop(0)
            self._refuse(command, LATE)
            return
        try:
            self._server.acknowledge(command.command_id)
        except (Unreadable, NoSuchDoor) as error:
            self._accepted.pop(0)
            log.warning("Command %s was withdrawn: %s", command.command_id, error)
            return
        self._accepted.pop(0)
        try:
            self._desk.start(command, self._clock.wall_us())
        except OSError as error:
            reason = f"It can not be noted on the device's disk and was not begun: {error}."
            self._refuse(command, Refuse("failed", reason))
            return
        log.info("Carrying out command %s (%s)", command.command_id, command.kind)
        self._running.set()
        self._start(lambda: self._carry_out(command))

    def _carry_out(self, command: Command) -> None:
        outcome = Outcome("failed", {"error": "The agent failed while carrying this out."})
        try:
            outcome = carry_out(command, self._means)
        finally:
            if outcome.afterwards:
                self._afterwards[command.command_id] = outcome.afterwards
            self._desk.finish(command, outcome, self._clock.wall_us())
            self._running.clear()
            self._wake()

    # --- telling ---

    def tell(self) -> None:
        """Hand over one outcome; carry out what waited for the server to have it."""
        entry = self._desk.untold()
        if entry is None:
            return
        afterwards = self._afterwards.get(entry.command_id, ())
        try:
            self._server.answer(entry.command_id, entry.status, entry.result, entry.at_us)
        except (Unreadable, NoSuchDoor) as error:
            log.warning("The server does not want the outcome of %s: %s", entry.command_id, error)
            afterwards = ()
        self._desk.told(entry.command_id)
        self._afterwards.pop(entry.command_id, None)
        if afterwards and entry.kind in POWER:
            self._end_device(entry.kind, afterwards)

    def _end_device(self, kind: str, argv: Sequence[str]) -> None:
        log.warning("Now: %s, as commanded (%s)", kind, " ".join(argv))
        try:
            self._power(argv)
        except OSError as error:
            log.error("The %s can not be begun: %s", kind, error)  # noqa: TRY400
            self._server.tell("error", f"The {kind} that was commanded can not be begun: {error}")
