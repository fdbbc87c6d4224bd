"""The plan's three scenarios, and ten times each; what came of them, in figures. Pure but for
`play`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from under_load.house import Asked, House, people

API_P95_MS, QUERY_P95_MS = 200.0, 2_000.0
TOO_MANY = 429
SPIKE_EVERY_S = 10.0


@dataclass(frozen=True)
class Scenario:
    name: str
    who: str
    count: int
    times: int = 1

    @property
    def people(self) -> int:
        return self.count * self.times

    @property
    def title(self) -> str:
        return self.name.format(count=f"{self.people:,}", pace=f"{self.people * 10:,}")


VISITORS = Scenario("{count} people at once", "Visitor", 10)
PACE = Scenario("{pace} requests a minute", "Program", 10)
SPIKE = Scenario("{count} questions at the same moment", "Asker", 50)
# Each as the plan has it and ten times; between them the steps at which it may bend.
PLAYED: Sequence[tuple[Scenario, Sequence[int]]] = (
    (VISITORS, (1, 10)),
    (PACE, (1, 2, 5, 10)),
    (SPIKE, (1, 10)),
)


def played() -> Iterator[Scenario]:
    for scenario, times in PLAYED:
        for one in times:
            yield Scenario(scenario.name, scenario.who, scenario.count, one)


@dataclass(frozen=True)
class Figures:
    """Of one kind of requests of a scenario. Refused ones (429) were told to come again; failed
    are all others that were not answered as they should be. Percentiles are of the answered."""

    count: int
    refused: int
    failed: int
    p50_ms: float
    p95_ms: float
    p99_ms: float

    @classmethod
    def of(cls, asked: Sequence[Asked]) -> "Figures":
        took_ms = sorted(one.took_ms for one in asked if _is_good(one))
        refused = sum(one.status == TOO_MANY for one in asked)
        failed = len(asked) - len(took_ms) - refused
        p50, p95, p99 = (percentile(took_ms, percent) for percent in (50, 95, 99))
        return cls(len(asked), refused, failed, p50, p95, p99)


def _is_good(one: Asked) -> bool:
    return 200 <= one.status < 300


def percentile(ordered: Sequence[float], percent: float) -> float:
    """
    >>> percentile([1.0, 2.0, 3.0, 4.0], 50), percentile([], 50)
    (3.0, nan)
    """
    if not ordered:
        return float("nan")
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


@dataclass(frozen=True)
class Result:
    scenario: Scenario
    api: Figures
    query: Figures
    length_s: float

    @property
    def is_as_promised(self) -> bool:
        """Both kinds within their goals, and nothing refused or failed."""
        return all(not why for why in self.over())

    def over(self) -> list[str]:
        """What was not as promised, in words; nothing where all was."""
        said = []
        for name, kind, goal_ms in (
            ("pages", self.api, API_P95_MS),
            ("questions", self.query, QUERY_P95_MS),
        ):
            if kind.p95_ms > goal_ms:
                said.append(f"{name} p95 {kind.p95_ms:,.0f} ms, goal {goal_ms:,.0f}")
            if kind.refused:
                said.append(f"{kind.refused:,} of {kind.count:,} {name} told to come again")
            if kind.failed:
                said.append(f"{kind.failed:,} of {kind.count:,} {name} failed")
        return said


def play(house: House, scenario: Scenario, length_s: float) -> Result:
    asked = people(house, scenario.who, scenario.people, length_s, every_s=SPIKE_EVERY_S)
    return Result(
        scenario,
        Figures.of([one for one in asked if not one.is_query]),
        Figures.of([one for one in asked if one.is_query]),
        length_s,
    )


def bends(results: Sequence[Result]) -> list[str]:
    """Of each scenario, from how many times its load on it is no longer as promised, and why."""
    said = []
    for name in dict.fromkeys(one.scenario.name for one in results):
        mine = [one for one in results if one.scenario.name == name]
        held = [one for one in mine if one.is_as_promised]
        first = next((one for one in mine if not one.is_as_promised), None)
        if first is None:
            said.append(f"{mine[-1].scenario.title}: as promised.")
            continue
        before = f"as promised up to {held[-1].scenario.title}, not at " if held else "not at "
        said.append(f"{before}{first.scenario.title}: {'; '.join(first.over())}.")
    return said
