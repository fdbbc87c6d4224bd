"""What the tests of a fleet at work stand on."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from homepot_simulator.client import Server
from homepot_simulator.enrol import Credentials
from homepot_simulator.run import Options, Runner
from homepot_simulator.state import State
from homepot_simulator.world import report_times
from moments import NOW
from stub_server import TOKEN, StubServer

SHORT = Options(days=0.125)
# most tests are content with the twelve devices of one site
ONE_SITE = Credentials(TOKEN, {"SITE-ONE": "key-one"})
WHOLE = Credentials(TOKEN)


@dataclass
class Clock:
    """Time that passes only while somebody waits."""

    us: int = NOW
    waits: list[float] = field(default_factory=list)

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.us += int(seconds * 1e6)

    def now(self) -> int:
        return self.us


def runner(
    stub: StubServer,
    clock: Clock,
    folder: Path,
    options: Options = SHORT,
    credentials: Credentials | None = None,
) -> Runner:
    door = Server(
        stub.url, wait=clock.wait, chance=lambda: 0.5, now_s=lambda: clock.us / 1e6, timeout_s=5
    )
    server = stub.guests.enter_context(door)
    return Runner(
        server,
        State(folder),
        credentials or ONE_SITE,
        options,
        now_us=clock.now,
        wait=clock.wait,
    )


def live(one: Runner, clock: Clock, seconds: int) -> None:
    for _ in range(seconds):
        one.step()
        clock.wait(1.0)


def expected_rows(one: Runner, stub: StubServer, until_us: int) -> int:
    """Every row of the world, at the times the server has, no more and no less."""
    number = 0
    for device in one.fleet.devices:
        device_id = one._known.name(device.key)
        times = np.array(sorted(at for who, at in stub.kept.rows if who == device_id), np.int64)
        readings = one.world.values(device.key, times)
        np.testing.assert_array_equal(readings.times_us, times)
        kept = np.array([stub.kept.rows[device_id, at] for at in times.tolist()])
        np.testing.assert_array_equal(kept, readings.values)
        coarse = report_times(device, one.fleet.seed, one.progress.begun_us, until_us, 60_000_000)
        heard = one.world.values(device.key, coarse).times_us
        assert np.isin(heard, times).all()
        number += len(times)
    return number
