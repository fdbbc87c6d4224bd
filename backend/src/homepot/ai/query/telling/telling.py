"""An answer in words: of a template always, of a model where it says the same."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from homepot.ai.analysis_modes import ModeName, Statement
from homepot.ai.analysis_modes.modes import Mode
from homepot.ai.analysis_modes.templates import chosen
from homepot.ai.llm.gate import Facts
from homepot.ai.query.answering.fleet import Fleet
from homepot.ai.query.answering.result import Answer, Kind
from homepot.ai.query.plan import Plan
from homepot.ai.query.telling.audience import besides
from homepot.ai.query.telling.beside import NOTHING, Beside
from homepot.ai.query.telling.clocks import by_each_clock, clocks, is_by_each_clock, zones_of
from homepot.ai.query.telling.manager import managed
from homepot.ai.query.telling.phrases import quantity
from homepot.ai.query.telling.templates import headline

_SUBJECTS_MAX = 2_000


@dataclass(frozen=True)
class Asker:
    """As of when it is told, and by which clock the asker lives, where that is known."""

    as_of: datetime
    zone: str | None = None


@dataclass(frozen=True)
class Told:
    """The sentences of ours, the result first."""

    result: Sequence[str]
    besides: Sequence[Statement]

    def text(self, mode: Mode) -> str:
        """The result for everybody; the rest as it is for this audience."""
        more = [one.sentence for one in chosen(mode, self.besides)]
        return " ".join([*self.result, *more])

    def sentences(self, mode: Mode) -> list[str]:
        return [*self.result, *(one.sentence for one in chosen(mode, self.besides))]


def told(
    answer: Answer,
    plan: Plan,
    fleet: Fleet,
    mode: Mode,
    known: Beside = NOTHING,
    asker: Asker | None = None,
) -> Told:
    is_none = answer.result.kind is Kind.NONE
    zones = {} if is_none else zones_of(plan, fleet)
    answer = by_each_clock(_placed(answer, fleet), plan, zones)
    if mode.name is ModeName.EXECUTIVE:
        said = managed(answer, plan, fleet, known)
        if is_by_each_clock(answer):
            said = [f"{said[0].removesuffix('.')}, by each site's own clock."]
        return Told(said, [])
    said = headline(answer, plan, fleet)
    if answer.assumptions and not is_none:
        said.append(f"Taken so: {'; '.join(answer.assumptions)}.")
    more = besides(answer, plan, fleet, mode.name, known)
    if asker is not None and not is_none:
        spoken = [*said, *(one.sentence for one in more)]
        said += clocks(spoken, answer, plan, zones, asker.as_of, asker.zone)
    return Told(said, more)


def _placed(answer: Answer, fleet: Fleet) -> Answer:
    """By the clock of the place where its first device is."""
    first = fleet.by_id.get(answer.devices[0].id) if answer.devices else None
    return answer if first is None else replace(answer, zone=first.site.timezone)


def _value(answer: Answer) -> str | None:
    result = answer.result
    if result.kind is not Kind.NUMBER or result.value is None:
        return None
    return quantity(result.value, result.unit)


def facts(
    sentences: Sequence[str], answer: Answer, fleet: Fleet, now: datetime, context: Sequence[str]
) -> Facts:
    """What a model may say: the sentences and what is known beside them; and who there is, so that
    a device that stands in none of them cannot be named."""
    devices = [one.id for one in fleet.devices[:_SUBJECTS_MAX]]
    shown = {one.id: one.name for one in answer.devices}
    return Facts(
        [*sentences, *context],
        devices=devices,
        places=[site.name for site in fleet.sites.values()],
        terms=[answer.subject] if answer.subject else [],
        same={name: device for device, name in shown.items() if name != device},
        finding=sentences[0] if sentences else None,
        value=_value(answer),
        now=now,
        timezone=ZoneInfo(answer.zone),
    )
