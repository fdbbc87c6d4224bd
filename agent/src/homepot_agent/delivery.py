"""Handing reports over: live ones first, the backlog in batches, each until it is answered for."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from homepot_agent.clock import Clock
from homepot_agent.rejects import Rejects
from homepot_agent.spool.records import Report
from homepot_agent.spool.spool import Spool
from homepot_agent.transport import Unreachable
from homepot_agent.wire import Accepted, NoSuchDoor, Server, TooLarge, Unreadable

log = logging.getLogger(__name__)

LIVE_ROWS_MAX = 20
BATCH_ROWS_MAX = 500
BATCH_BYTES_MAX = 512 * 1024
# A server without the road for batches is asked again after this.
OLD_WAY_S = 3600.0


class Delivery:
    """Takes reports from the spool to the server and, once answered for, off the spool."""

    def __init__(self, server: Server, spool: Spool, rejects: Rejects, clock: Clock) -> None:
        self._server = server
        self._spool = spool
        self._rejects = rejects
        self._clock = clock
        self._rows_max = BATCH_ROWS_MAX
        self._old_way_until_s = 0.0
        self.sent = 0
        self.last_sent_us: int | None = None
        self.unnamed_rejects = 0

    def has_live(self) -> bool:
        return bool(self._spool.newest(1))

    def has_backlog(self) -> bool:
        return len(self._spool) > 0

    def send_live(self) -> None:
        """The newest report, with the few just before it if they wait too."""
        self._hand_over(self._spool.newest(min(LIVE_ROWS_MAX, self._rows_max)))

    def send_backlog(self) -> None:
        """One batch of the oldest."""
        reports = self._spool.oldest(self._rows_max, BATCH_BYTES_MAX)
        if not reports and len(self._spool):
            raise SpoolUnreadable("the spool can not be read at the moment")
        self._hand_over(reports)

    def _hand_over(self, reports: Sequence[Report]) -> None:
        if not reports:
            return
        try:
            accepted = self._send(reports)
        except (Unreadable, TooLarge) as error:
            self._divide(reports, str(error))
            return
        except Unreachable:
            # Perhaps it was too much for this line; what is left of it is found out anew.
            self._rows_max = max(1, len(reports) // 2)
            raise
        for index, reason in accepted.rejected:
            self._rejects.note(reports[index], reason)
        if accepted.unnamed:
            self.unnamed_rejects += accepted.unnamed
            log.error("Reports that the server did not take, unnamed: %d", accepted.unnamed)
        self._spool.acknowledge(one.sequence for one in reports)
        self._rows_max = min(BATCH_ROWS_MAX, self._rows_max * 2)
        self.sent += accepted.stored + accepted.corrected + accepted.repeated
        self.last_sent_us = self._clock.wall_us()
        log.debug("Handed over %d reports, %d wait", len(reports), len(self._spool))

    def _divide(self, reports: Sequence[Report], reason: str) -> None:
        """Find what the server can not read by sending less; put aside a single one."""
        if len(reports) > 1:
            self._rows_max = len(reports) // 2
            return
        self._rejects.note(reports[0], reason)
        self._spool.acknowledge([reports[0].sequence])

    def _send(self, reports: Sequence[Report]) -> Accepted:
        if self._clock.steady_s() >= self._old_way_until_s:
            try:
                return self._server.send(reports)
            except NoSuchDoor:
                log.info("This server has no %s yet, using the agents' own road", "/api/telemetry")
                self._old_way_until_s = self._clock.steady_s() + OLD_WAY_S
        return self._server.send_old_way(reports)


class SpoolUnreadable(Exception):
    """The medium does not give back what was put on it."""
