"""The people of `make load`, and how its figures are judged."""

import asyncio
import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from tests.conftest import Estate, People

from homepot.access.permissions import Permission, Role

ROOT = Path(__file__).parents[2]
BENCHMARKS = ROOT / "benchmarks"
LOCUST = ROOT / ".stamps" / "load-tools" / "bin" / "python"
KINDS = {"devices", "devices, looked for", "device", "chart", "overview", "incidents", "report",
         "query"}  # fmt: skip


@pytest.fixture
def judging(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[ModuleType, ModuleType]]:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    names = ("under_load.growth", "under_load.scenarios")
    yield (importlib.import_module(names[0]), importlib.import_module(names[1]))
    for name, one in list(sys.modules.items()):
        if Path(getattr(one, "__file__", None) or "/").is_relative_to(BENCHMARKS):
            del sys.modules[name]


@pytest.mark.skipif(not LOCUST.exists(), reason="`make .stamps/load-tools` installs locust")
async def test_people_of_every_kind_are_answered(
    server: str, people: People, estate: Estate, tmp_path: Path
) -> None:
    site = await estate.site(site_id="site_0", name="Site 0", timezone="UTC")
    body = {"site_id": site, "type": "pos_terminal", "name": "Till", "device_id": "pos_0"}
    assert (await estate.admin.post("/api/devices", json=body)).status_code == 201
    owner = await people.add(Role.ADMIN)
    token = await people.token(owner, Permission.FLEET_READ)
    out = tmp_path / "out.json"
    locust = await asyncio.create_subprocess_exec(
        *(str(LOCUST), "-m", "locust", "-f", str(BENCHMARKS / "under_load" / "people.py")),
        *("--headless", "--host", server, "--users", "4", "--spawn-rate", "4", "--run-time", "3s"),
        *("--stop-timeout", "120", "--only-summary", "Visitor", "Program", "Asker", "Reader"),
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "LOAD_TOKEN": token, "LOAD_OUT": str(out)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await locust.communicate()
    assert locust.returncode == 0, said.decode()
    found = json.loads(out.read_text())
    assert {status for _, status, _ in found} == {200}, said.decode()
    assert "query" in {name for name, _, _ in found}
    assert {name for name, _, _ in found} <= KINDS


def test_what_is_refused_and_what_fails_is_counted_apart(
    judging: tuple[ModuleType, ModuleType],
) -> None:
    _, scenarios = judging
    asked = [("devices", 200, 30.0), ("devices", 429, 1.0), ("query", 503, 9.0), ("query", 0, 9.0)]
    requests = [scenarios.Asked(*one) for one in asked]
    api = scenarios.Figures.of([one for one in requests if not one.is_query])
    query = scenarios.Figures.of([one for one in requests if one.is_query])
    assert (api.count, api.refused, api.failed, api.p95_ms) == (2, 1, 0, 30.0)
    assert (query.count, query.refused, query.failed) == (2, 0, 2)
    once, tenfold = (scenarios.Scenario("{count} at once", "Visitor", 10, n) for n in (1, 10))
    good = scenarios.Figures.of([scenarios.Asked("devices", 200, 30.0)])
    nothing = scenarios.Figures.of([])
    results = [
        scenarios.Result(once, good, nothing, 30.0),
        scenarios.Result(tenfold, api, query, 30.0),
    ]
    (said,) = scenarios.bends(results)
    assert said == (
        "as promised up to 10 at once, not at 100 at once: 1 of 2 pages told to come again;"
        " 2 of 2 questions failed."
    )


def test_what_rises_steadily_grows_and_what_goes_up_and_down_does_not(
    judging: tuple[ModuleType, ModuleType],
) -> None:
    growth = judging[0].growth
    leak = [(30.0 * n, 400.0 + 2.0 * n + (n % 5) * 3.0) for n in range(60)]
    assert growth(leak).grows
    assert growth(leak).an_hour == pytest.approx(240, rel=0.1)
    settled = [(30.0 * n, 200.0 + 10.0 * min(n, 15) + (n % 7)) for n in range(60)]
    assert not growth(settled).grows
    assert not growth([(30.0 * n, 400.0) for n in range(60)]).grows
    assert not growth(leak[:6]).grows  # of so few samples nothing is said
