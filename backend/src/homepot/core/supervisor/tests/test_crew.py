"""Keeping parts running, with parts that live and die at the test's word."""

import asyncio
import doctest
import socket
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import psutil
import pytest

from homepot.core.supervisor import Crew, PartFailed, ProgramPart, StopAsked, backoff, logs, part
from homepot.core.supervisor.part import NOT_AS_CONFIGURED, PartRefused
from homepot.core.supervisor.ports import PortRefused, check_port


@pytest.mark.parametrize("module", [backoff, part])
def test_the_examples_in_the_words_are_true(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert (result.failed, result.attempted > 0) == (0, True)


class Puppet:
    """A part that does what the test says."""

    def __init__(self, name: str, journal: list[str], *, fails: int = 0) -> None:
        self.name = name
        self.starts = 0
        self.dies = asyncio.Event()
        self._journal = journal
        self._fails = fails

    async def start(self) -> None:
        self.starts += 1
        if self.starts <= self._fails:
            raise PartFailed("did not come up")

    async def wait(self) -> str:
        await self.dies.wait()
        self.dies.clear()
        return "fell over"

    async def stop(self, patience_s: float) -> None:
        self._journal.append(self.name)


class Stage:
    def __init__(self) -> None:
        self.stop, self.hurry = asyncio.Event(), asyncio.Event()
        self.said: list[str] = []
        self.journal: list[str] = []
        self.crew = Crew(self.said.append, self.stop, self.hurry)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr("homepot.core.supervisor.crew.pause_s", lambda deaths: 0.0)
    return Stage()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0)


async def test_what_dies_is_started_again_and_said_in_one_line(stage: Stage) -> None:
    puppet = Puppet("worker", stage.journal)
    async with stage.crew as crew:
        await until(crew.keep(puppet).is_set)
        puppet.dies.set()
        await until(lambda: len(stage.said) == 2)
    assert puppet.starts == 2
    assert stage.said == [
        "The worker fell over; starting it again in 0 s.",
        "The worker is back.",
    ]


async def test_one_that_keeps_dying_takes_no_other_with_it(stage: Stage) -> None:
    good, bad = Puppet("good", stage.journal), Puppet("bad", stage.journal, fails=1_000_000)
    async with stage.crew as crew:
        await until(crew.keep(good).is_set)
        crew.keep(bad)
        await until(lambda: bad.starts > 50)
    assert good.starts == 1


async def test_all_are_stopped_in_reverse_order(stage: Stage) -> None:
    async with stage.crew as crew:
        await crew.must_start(Puppet("database", stage.journal))
        await until(crew.keep(Puppet("API", stage.journal)).is_set)
        crew.keep(Puppet("worker", stage.journal, fails=1_000_000))
    assert stage.journal == ["worker", "API", "database"]


async def test_what_must_start_and_does_not_ends_the_whole(stage: Stage) -> None:
    with pytest.raises(PartFailed, match="did not come up"):
        async with stage.crew as crew:
            await crew.must_start(Puppet("database", stage.journal, fails=1))
    assert stage.journal == ["database"]


async def test_what_is_wrongly_configured_ends_the_start_of_all(
    stage: Stage, tmp_path: Path
) -> None:
    words = ["/bin/sh", "-c", f"echo 'port: not a number\nhost: none'; exit {NOT_AS_CONFIGURED}"]
    program = ProgramPart("API", words, log=tmp_path / "api.log", environment={})
    with pytest.raises(PartRefused, match=r"^port: not a number\nhost: none$"):
        async with stage.crew as crew, asyncio.timeout(60):
            await crew.until_stop(crew.keep(program).wait())
    assert stage.said == []


async def test_asking_to_stop_ends_what_is_being_waited_for(stage: Stage) -> None:
    stage.stop.set()
    with pytest.raises(StopAsked):
        async with stage.crew as crew:
            await crew.until_stop(asyncio.Event().wait())


async def test_a_fault_of_the_keeper_is_raised_not_swallowed(stage: Stage) -> None:
    broken = Puppet("worker", stage.journal)
    broken.wait = lambda: None  # type: ignore[assignment, method-assign, return-value]
    with pytest.raises(TypeError):
        async with stage.crew as crew:
            crew.keep(broken)
            await crew.keep_on()


async def test_a_program_that_ignores_the_end_is_killed_when_hurried(
    stage: Stage, tmp_path: Path
) -> None:
    log = tmp_path / "deaf.log"
    program = ProgramPart(
        "deaf",
        ["/bin/sh", "-c", "trap '' TERM INT; echo deaf; while :; do sleep 60; done"],
        log=log,
        environment={},
    )
    async with stage.crew as crew:
        crew.keep(program)
        # It may have spoken before we are told that it runs.
        await until(lambda: logs.last_line(log) == "deaf" and program.pid is not None)
        stage.hurry.set()
        child = program.pid
    assert child is not None
    assert not psutil.pid_exists(child)


async def test_a_program_s_last_words_are_passed_on(tmp_path: Path) -> None:
    words = ["/bin/sh", "-c", "echo all is lost >&2; exit 3"]
    program = ProgramPart("API", words, log=tmp_path / "api.log", environment={})
    with pytest.raises(PartFailed, match='ended with exit code 3, saying "all is lost"'):
        await program.start()


async def test_a_program_that_is_not_there_is_a_failure_not_a_fault(tmp_path: Path) -> None:
    program = ProgramPart("API", ["/nonexistent"], log=tmp_path / "api.log", environment={})
    with pytest.raises(PartFailed, match="No such file"):
        await program.start()


def test_the_last_words_are_words(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    log.write_text("first\n  | OSError: away\n  +-----------\n\n")
    assert logs.last_line(log) == "OSError: away"


def test_a_large_log_is_put_aside_under_its_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "SIZE_MAX_BYTES", 10)
    path = tmp_path / "api.log"
    with open(logs.open_log(path), "a", buffering=1) as writer:  # noqa: PTH123
        writer.write("something long\n")
        logs.put_aside_if_large(path)
        writer.write("new\n")
    assert path.read_text() == "new\n"
    assert (tmp_path / "api.log.1").read_text() == "something long\n"
    assert logs.last_line(path) == "new"
    assert logs.last_line(path, since=4) == ""


def test_a_busy_port_is_named_with_who_has_it_and_what_to_type() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortRefused) as refused:
            check_port("127.0.0.1", port)
    said = str(refused.value)
    assert f"Port {port} is in use by " in said
    assert "make run PORT=8000" in said
    assert "homepot up --port 8000" in said
    check_port("127.0.0.1", port)


def test_a_foreign_address_is_refused_with_what_to_set() -> None:
    with pytest.raises(PortRefused, match="HOMEPOT_HOST"):
        check_port("192.0.2.1", 8000)
