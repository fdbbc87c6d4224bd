"""An answer in words: of a template always, of a model where it says the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from homepot.ai.analysis_modes import Statement
from homepot.ai.analysis_modes.modes import Mode
from homepot.ai.analysis_modes.templates import chosen
from homepot.ai.llm.gate import Facts
from homepot.ai.query.answering.fleet import Fleet
from homepot.ai.query.answering.result import Answer, Kind
from homepot.ai.query.plan import Plan
from homepot.ai.query.telling.phrases import quantity
from homepot.ai.query.telling.templates import besides, headline

_SUBJECTS_MAX = 2_000


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


def told(answer: Answer, plan: Plan, fleet: Fleet, mode: Mode) -> Told:
    said = headline(answer, plan, fleet)
    if answer.assumptions and answer.result.kind is not Kind.NONE:
        said.append(f"Taken so: {'; '.join(answer.assumptions)}.")
    return Told(said, besides(answer, plan, mode.name))


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
