"""A collector that numbers its readings and does everything a bad network does to them.

It repeats until it is answered, hangs up before the answer, says things twice, late, out of
order, with a clock that is wrong, and corrects what it said; all of it by the dice of one seed.
"""

import http.client
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Event

from chaos.encode import WAYS, on_the_wire
from chaos.ledger import Ledger, Receipt, Row, Saying

TIMEOUT_S = 20.0
AGAIN_MIN_S, AGAIN_MAX_S = 0.05, 0.5
ROWS_MAX = 20
RECENT_MAX = 40
HELD_BACK_MAX = 4
# An hour behind, nine minutes ahead, two days behind, right: the fourth is the usual case.
SKEWS_US = (-3_600_000_000, 540_000_000, -172_800_000_000, 0)


@dataclass(frozen=True)
class Job:
    """Who a sender speaks for, and how."""

    way: str
    port: int
    devices: Sequence[str]
    headers: dict[str, str]
    ledger: str
    seed: int
    pause_s: float
    is_killed: bool = True


class GaveUp(Exception):
    """Told to stop at once, with readings still unsent."""


@dataclass
class _Counter:
    """The numbers and times of one device: both only grow."""

    skew_us: int
    number: int = 0
    last_us: int = 0

    def next(self, step_us: int) -> tuple[int, int]:
        self.number += 1
        now_us = (time.time_ns() // 1000 + self.skew_us) // step_us * step_us
        self.last_us = max(now_us, self.last_us + step_us)
        return self.number, self.last_us


@dataclass
class Sender:
    """`stop` ends the making of new readings; `run` returns when all of them are answered for."""

    job: Job
    stop: Event
    hurry: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        path = Path(self.job.ledger)
        self.ledger = Ledger(path, is_flushed=self.job.is_killed)
        self._step_us = 1000 if self.job.way == "remote_write" else 1
        self._dice = Random(f"{self.job.seed} {path.name} {len(self.ledger.sayings)}")  # noqa: S311  a game, no secret
        self._line: http.client.HTTPConnection | None = None
        self._recent: deque[Saying] = deque(maxlen=RECENT_MAX)
        self._held_back: list[Saying] = []
        self._counters = {
            device_id: _Counter(SKEWS_US[place % len(SKEWS_US)])
            for place, device_id in enumerate(self.job.devices)
        }
        self._go_on_where_it_stopped()

    def _go_on_where_it_stopped(self) -> None:
        for saying in self.ledger.sayings:
            for row in saying.rows:
                counter = self._counters[row.device_id]
                counter.number = max(counter.number, int(row.values.get("number", 0)))
                counter.last_us = max(counter.last_us, row.at_us)
            if not saying.is_acknowledged:
                # It may have been under way when this sender was killed.
                self.ledger.note_unanswered(saying)
                self._held_back.append(saying)

    def run(self) -> None:
        try:
            while not self.stop.is_set():
                self.step()
                self.stop.wait(self.job.pause_s * self._dice.uniform(0.5, 1.5))
            self._let_go()
        except GaveUp:
            return
        finally:
            self._hang_up()
            self.ledger.close()

    def step(self) -> None:
        """One more thing, whatever the dice say."""
        chance = self._dice.random()
        if chance < 0.08 and self._recent:
            self._repeat()
        elif chance < 0.16 and self._recent:
            self._correct()
        elif chance < 0.26:
            self._held_back.append(self._say("new", self._new_rows()))
        else:
            self._deliver(self._say("new", self._new_rows()))
        if len(self._held_back) > HELD_BACK_MAX:
            self._let_go()

    def _let_go(self) -> None:
        """What was held back goes out in the wrong order."""
        self._dice.shuffle(self._held_back)
        while self._held_back:
            self._deliver(self._held_back[-1])
            self._held_back.pop()

    def _new_rows(self) -> list[Row]:
        devices = [
            self._dice.choice(self.job.devices) for _ in range(self._dice.randint(1, ROWS_MAX))
        ]
        rows = []
        for device_id in devices:
            number, at_us = self._counters[device_id].next(self._step_us)
            value = round(self._dice.uniform(0, 100), 3)
            rows.append(Row(device_id, at_us, {"number": float(number), "value": value}))
        return rows

    def _repeat(self) -> None:
        said = self._dice.choice(self._recent)
        repeat = self._say("repeat", said.rows)
        self._deliver(repeat)
        if repeat.unanswered:
            self._recent.remove(said)

    def _correct(self) -> None:
        """Only what was answered at once: no older copy of it can be on its way any more."""
        said = self._dice.choice(self._recent)
        self._recent.remove(said)
        adds = self._dice.random() < 0.5
        rows = [
            Row(
                row.device_id,
                row.at_us,
                {"extra": float(self._dice.randint(0, 9))}
                if adds
                else {"value": row.values["value"] + 1000.0},
            )
            for row in said.rows
        ]
        if self.job.way == "wire":  # a report of the wire always says all of it
            rows = [
                Row(row.device_id, row.at_us, {**old.values, **row.values})
                for row, old in zip(rows, said.rows, strict=True)
            ]
        self._deliver(self._say("more" if adds else "correct", rows))

    def _say(self, intent: str, rows: Sequence[Row]) -> Saying:
        return self.ledger.say(intent, rows)

    def _deliver(self, saying: Saying) -> None:
        """Again and again until it is answered for."""
        again_s = AGAIN_MIN_S
        while not saying.is_acknowledged:
            wait_s = self._attempt(saying)
            if wait_s is None:
                wait_s, again_s = again_s, min(AGAIN_MAX_S, again_s * 2)
            if saying.receipt is None and self.hurry.wait(wait_s * self._dice.uniform(1, 1.2)):
                raise GaveUp
        if saying.intent == "new" and saying.unanswered == 0:
            self._recent.append(saying)

    def _attempt(self, saying: Saying) -> float | None:
        """Send it once; the seconds that the server asks to wait, None where it says nothing."""
        try:
            answer = self._ask(saying, hang_up=self._dice.random() < 0.04)
        except (OSError, http.client.HTTPException):
            answer = None
        if answer is None:
            self._hang_up()
            self.ledger.note_unanswered(saying)
            return None
        status, retry_after_s, body = answer
        if status in (200, 204):
            self.ledger.acknowledge(saying, self._receipt(body, len(saying.rows)))
            return 0.0
        self.ledger.note_refusal(saying, status)
        return retry_after_s

    def _ask(self, saying: Saying, *, hang_up: bool) -> tuple[int, float | None, bytes] | None:
        if self._line is None:
            self._line = http.client.HTTPConnection("127.0.0.1", self.job.port, timeout=TIMEOUT_S)
        way = WAYS[self.job.way]
        body = way.encode(saying.rows)
        self._line.request("POST", way.path, body=body, headers={**way.headers, **self.job.headers})
        if hang_up:
            return None
        answer = self._line.getresponse()
        retry_after = answer.getheader("Retry-After")
        return answer.status, float(retry_after) if retry_after else None, answer.read()

    def _receipt(self, body: bytes, rows: int) -> Receipt:
        return WAYS[self.job.way].receipt(body, rows)

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


class Probe(Sender):
    """Asks again and again whether a reading is acknowledged, to know since when it is again."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.answered_s: list[float] = []

    def step(self) -> None:
        self._deliver(self._say("new", self._new_rows()[:1]))

    def _attempt(self, saying: Saying) -> float | None:
        began_s = time.monotonic()
        super()._attempt(saying)
        if saying.is_acknowledged:
            self.answered_s.append(began_s)
        return AGAIN_MIN_S


def as_stored(way: str, saying: Saying) -> Saying:
    """The saying under the names by which its values are stored."""
    if way != "wire":
        return saying
    rows = [on_the_wire(row) for row in saying.rows]
    return Saying(
        saying.number, saying.intent, rows, saying.receipt, saying.unanswered, saying.refusals
    )
