"""One run: build the stage, send, hurt, let it come to rest, judge, leave nothing behind."""

import bisect
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import Any

import psycopg

from chaos import judge, stored, told
from chaos.agents import Agent
from chaos.crowd import Crowd
from chaos.encode import WAYS
from chaos.faults import Hand, Skipped
from chaos.inboxes import Inboxes
from chaos.judge import Violation
from chaos.ledger import Saying, read
from chaos.line import Line
from chaos.mqtt import Broker, MqttSender
from chaos.patients import Patients
from chaos.plan import Fault, plan
from chaos.sender import Job, Probe
from chaos.stage import Admin, House, folder_of_its_own, small_disk, until
from chaos.stored import Reader
from homepot.core.embedded_postgres import EmbeddedPostgres

AGENT_SOURCE = Path(__file__).resolve().parent.parent / "agent" / "src"
DEVICES_EACH = 4
BURST_SENDERS = 20
PAUSE_S = 0.2
RECOVERED = frozenset({"API", "database", "backend", "supervisor", "restart"})
CHART_METRICS = ("number", "value", "sequence", "uptime_seconds", "network_latency_ms")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    seed: int
    kills: int
    with_others: bool
    agents: int = 3
    days: int = 3
    store: str = "native"
    everything: bool = False


@dataclass
class Result:
    """Everything that is told at the end."""

    options: Options
    took_s: float = 0.0
    faults: dict[str, int] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    recovered_s: dict[str, list[float]] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)
    sent: int = 0
    acknowledged: int = 0
    by_mqtt: int = 0
    stored: int = 0
    of_agents: int = 0
    typed_again: int = 0
    patients: int = 0
    incidents: int = 0
    deliveries: int = 0
    deliveries_again: int = 0
    asked: dict[str, int] = field(default_factory=dict)
    violations: list[Violation] = field(default_factory=list)


def run(options: Options, say: Say) -> Result:
    began_s = time.monotonic()
    with ExitStack() as stack:
        folder = stack.enter_context(folder_of_its_own())
        is_small = stack.enter_context(_disk(folder, wanted=options.with_others))
        broker = Broker(folder / "broker")
        house = House(
            folder / "data", folder / "said.log", broker.url, with_model=options.everything
        )
        stack.callback(house.remove)
        broker.start()
        stack.callback(broker.kill)
        result = _Run(options, folder, house, broker, is_small, stack, say).go()
    result.took_s = time.monotonic() - began_s
    return result


@contextmanager
def _disk(folder: Path, *, wanted: bool) -> Iterator[bool]:
    if not wanted:
        (folder / "data").mkdir(mode=0o711)
        yield False
        return
    with small_disk(folder / "data") as is_small:
        yield is_small


class _Run:
    def __init__(
        self,
        options: Options,
        folder: Path,
        house: House,
        broker: Broker,
        is_small_disk: bool,
        stack: ExitStack,
        say: Say,
    ) -> None:
        self._options = options
        self._folder = folder
        self._house = house
        self._broker = broker
        self._say = say
        self._result = Result(options)
        self._is_small_disk = is_small_disk
        self._stack = stack
        self._began_s = time.monotonic()

    def go(self) -> Result:
        if self._options.store != "native":
            self._house.keep_readings_in(self._options.store)
        self._house.start()
        until(lambda: "one-time password: " in self._house.said.read_text(), "the greeting")
        self._admin = Admin(self._house)
        self._stack.callback(self._admin.http.close)
        self._reader = Reader(self._house.url, self._admin.token)
        self._stack.callback(self._reader.close)
        self._people_the_stage()
        self._patients = self._fall_ill() if self._options.everything else None
        self._hurt()
        self._come_to_rest()
        self._judge()
        self._house.stop()
        return self._result

    # -- building -------------------------------------------------------------------------

    def _people_the_stage(self) -> None:
        until(self._admin.is_subscribed, "the product listens to the broker")
        self._broker.save()  # from now on it knows of this, however often it is killed
        self._line = self._stack.enter_context(Line(self._house.port))
        self._crowd = self._crowd_of("senders", [*WAYS, "mqtt", "mqtt"], PAUSE_S)
        burst = ["rows", "columns", "wire"] * BURST_SENDERS if self._options.with_others else []
        self._burst = self._crowd_of("burst", burst[:BURST_SENDERS], 0.0)
        self._agents = [self._agent(f"agent {n}") for n in range(self._options.agents)]
        days = self._options.days if self._options.with_others else 0
        self._days = [self._agent(f"away {n}") for n in range(days)]
        for agent in self._days:
            agent.spend_a_day_without_link()
        self._everyone = [*self._agents, *self._days]
        self._stop = Event()
        self._probe = Probe(self._job("rows", "probe", 1, 0.05), self._stop)
        self._probing = Thread(target=self._probe.run, name="probe", daemon=True)
        self._stack.callback(self._end_probe)
        for agent in self._agents:
            agent.start()
        self._crowd.start()
        self._probing.start()

    def _fall_ill(self) -> Patients:
        self._inboxes = self._stack.enter_context(Inboxes())
        patients = Patients(self._house, self._admin, self._inboxes, self._options.seed)
        self._stack.callback(patients.stop)
        patients.start()
        return patients

    def _crowd_of(self, name: str, ways: list[str], pause_s: float) -> Crowd:
        jobs = [self._job(way, f"{name} {n}", n, pause_s) for n, way in enumerate(ways)]
        crowd = Crowd(jobs, self._folder, name)
        self._stack.callback(crowd.kill)
        return crowd

    def _job(self, way: str, name: str, number: int, pause_s: float) -> Job:
        count = 1 if way == "wire" or name == "probe" else DEVICES_EACH
        made = [self._admin.device(f"{name} {n}") for n in range(count)]
        headers = {"Authorization": f"Bearer {self._admin.token}"}
        if way == "wire":
            headers = {"X-Device-ID": made[0][0], "X-API-Key": made[0][1]}
        if way == "mqtt":
            headers = {"broker": str(self._broker.port), "kept": str(self._broker.kept)}
        return Job(
            way=way,
            port=self._house.port,
            devices=[device_id for device_id, _ in made],
            headers=headers,
            ledger=str(self._folder / f"{name}.ledger"),
            seed=self._options.seed * 1000 + number,
            pause_s=pause_s,
            is_killed=pause_s > 0,
        )

    def _agent(self, name: str) -> Agent:
        agent = Agent(self._folder / name, AGENT_SOURCE)
        agent.folder.mkdir(mode=0o700)
        self._stack.callback(agent.kill)
        server = f"http://127.0.0.1:{self._line.port}"
        agent.enrol(server, self._admin.site_id, self._admin.key)
        return agent

    # -- hurting --------------------------------------------------------------------------

    def _hurt(self) -> None:
        options = self._options
        dice = Random(options.seed)  # noqa: S311  a game, no secret
        hand = Hand(
            self._house,
            self._crowd,
            self._burst,
            self._agents,
            list(self._days),
            self._line,
            self._broker,
            self._is_small_disk,
            dice,
        )
        self._until_answered(time.monotonic())
        hits: list[tuple[str, float]] = []
        for number, fault in enumerate(
            plan(
                options.seed,
                options.kills,
                with_others=options.with_others,
                everything=options.everything,
            )
        ):
            if hits and not fault.at_once:
                self._until_answered(hits[-1][1])
            time.sleep(fault.after_s)
            seconds = time.monotonic() - self._began_s
            at_once = " at once" if fault.at_once else ""
            self._say(f"{seconds:6.1f} s  {number + 1}: {fault.kind}{at_once}")
            self._do(hand, fault, hits)
        self._until_answered(hits[-1][1])
        for kind, hit_s in hits:
            if kind in RECOVERED:
                self._recovered(kind, self._answered_since(hit_s) - hit_s)

    def _recovered(self, kind: str, seconds: float) -> None:
        self._result.recovered_s.setdefault(kind, []).append(seconds)

    def _do(self, hand: Hand, fault: Fault, hits: list[tuple[str, float]]) -> None:
        worker = self._house.part("worker") if fault.kind == "worker" else None
        try:
            hit_s = hand.do(fault)
        except Skipped as why:
            self._result.skipped[fault.kind] = str(why)
            return
        if worker is not None:
            until(lambda: self._house.part("worker") not in (None, worker), "the worker is back")
            self._recovered("worker", time.monotonic() - hit_s)
        hits.append((fault.kind, hit_s))
        self._result.faults[fault.kind] = self._result.faults.get(fault.kind, 0) + 1

    def _until_answered(self, since_s: float) -> None:
        def answered() -> bool:
            self._house.tend()
            return self._answered_since(since_s) > 0

        until(answered, "readings are acknowledged again")

    def _answered_since(self, since_s: float) -> float:
        """When the first attempt that was acknowledged since then began; 0 where there is none."""
        answered = self._probe.answered_s
        place = bisect.bisect_left(answered, since_s)
        return answered[place] if place < len(answered) else 0.0

    # -- resting --------------------------------------------------------------------------

    def _come_to_rest(self) -> None:
        self._say("sending what waits")
        self._line.set("open")
        if self._patients is not None:
            self._patients.no_more()
        self._crowd.stop()
        self._burst.stop()
        self._end_probe()
        for agent in self._everyone:
            agent.stop()
            agent.start(interval_s=3600)
        for agent in self._everyone:
            self._await(agent.is_empty, "the spool is empty")
            agent.stop()
        last = self._say_last_by_mqtt()
        with EmbeddedPostgres(self._house.data).lease() as url, stored.opened(url) as connection:
            self._await(lambda: stored.count(connection, last) > 0, "what the broker has is here")
            if self._patients is not None:
                self._await_word(self._patients, connection)
            self._judge_charts(stored.rows(connection))  # however far the rollups are
            self._house.kill_part("worker")  # it makes up for what is missing when it comes again
            self._await(
                lambda: stored.behind(connection) == 0, "rollups and newest values caught up"
            )

    def _await_word(self, patients: Patients, connection: psycopg.Connection[Any]) -> None:
        """Everybody who is ill was noticed, and whoever is to be told of it was."""
        channels = self._inboxes.urls
        self._await(
            lambda: not told.ask(connection).waits(patients.ids, channels),
            "all that went wrong is told",
        )
        patients.stop()
        found = told.ask(connection)
        result = self._result
        result.violations += told.judge(found, self._inboxes.came, patients.seen, patients.ids)
        result.violations += [Violation("refused", words) for words in patients.broken]
        result.patients, result.incidents = len(patients.ids), len(found.incidents)
        result.deliveries = len(found.deliveries)
        result.deliveries_again = told.repeated(self._inboxes.came)
        result.asked = dict(patients.answers)

    def _say_last_by_mqtt(self) -> str:
        """The device whose message the broker delivers after all others."""
        sender = MqttSender(self._job("mqtt", "last", 0, 0.0), Event())
        sender.say_one()
        self._last = sender.ledger.sayings
        return sender.job.devices[0]

    def _await(self, true: Callable[[], bool], what: str) -> None:
        try:
            until(true, what)
        except TimeoutError as late:
            self._result.violations.append(Violation("undelivered", str(late)))

    def _end_probe(self) -> None:
        self._stop.set()
        self._probing.join(60)
        self._probe.hurry.set()
        self._probing.join(60)

    # -- judging --------------------------------------------------------------------------

    def _judge(self) -> None:
        self._say("judging")
        result = self._result
        senders = [*self._crowd.told(), *self._burst.told()]
        senders += [("rows", read(Path(self._probe.job.ledger))), ("mqtt", self._last)]
        with EmbeddedPostgres(self._house.data).lease() as url, stored.opened(url) as connection:
            closed = {span: stored.closed_us(connection, span) for span in stored.SPANS_US.values()}
            rows = stored.rows(connection)
            kept = {table: stored.rollups(connection, table) for table in stored.SPANS_US}
        result.stored = len(rows)
        agents = {agent.device_id for agent in self._everyone}
        if self._patients is not None:
            agents |= self._patients.ids
            missing = self._patients.acknowledged - {(row.device_id, row.at_us) for row in rows}
            words = f"{len(missing)} acknowledged reports of devices that are ill are not stored"
            result.violations += [Violation("lost", words)] if missing else []
        sayings = [saying for _, some in senders for saying in some]
        found = judge.judge_rows(sayings, rows, agents)
        for way, some in senders:
            found += judge.judge_receipts(way, some) + judge.judge_answers(way, some)
        for agent in self._everyone:
            found += self._judge_agent(agent, [r for r in rows if r.device_id == agent.device_id])
        for table, span_us in stored.SPANS_US.items():
            found += judge.judge_rollups(table, rows, kept[table], span_us, closed[span_us])
        found += judge.judge_newest(rows, self._reader.newest())
        self._judge_charts(rows)
        found += [
            Violation("sender", crowd.complaints()[-2000:])
            for crowd in (self._crowd, self._burst)
            if crowd.complaints()
        ]
        if self._house.came_down:
            words = f"`homepot up` ended by itself {self._house.came_down} times"
            found.append(Violation("came down", words))
        result.typed_again = self._house.typed_again
        result.violations += found
        self._count(sayings)
        by_mqtt = [saying for way, some in senders if way == "mqtt" for saying in some]
        result.by_mqtt = sum(len(one.rows) for one in by_mqtt if one.is_acknowledged)

    def _judge_charts(self, rows: list[stored.StoredRow]) -> None:
        found = judge.judge_charts(rows, self._reader.summaries, CHART_METRICS)
        self._result.violations += found

    def _judge_agent(self, agent: Agent, rows: list[stored.StoredRow]) -> list[Violation]:
        contents = agent.contents()
        waiting = [n for start, end in contents.waiting.ranges() for n in range(start, end)]
        self._result.of_agents += contents.next_sequence - 1
        if contents.damaged or contents.dropped:
            words = f"{agent.device_id}: {contents.damaged} damaged, {contents.dropped} dropped"
            self._result.violations.append(Violation("lost", words))
        return judge.judge_agent(
            agent.device_id, contents.next_sequence, waiting, rows, agent.kept_for_a_day
        )

    def _count(self, sayings: list[Saying]) -> None:
        result = self._result
        for saying in sayings:
            result.sent += len(saying.rows)
            result.acknowledged += len(saying.rows) if saying.is_acknowledged else 0
            told = [*map(str, saying.refusals), *["none"] * saying.unanswered]
            for answer in [*told, *["taken"] * saying.is_acknowledged]:
                result.answers[answer] = result.answers.get(answer, 0) + 1
