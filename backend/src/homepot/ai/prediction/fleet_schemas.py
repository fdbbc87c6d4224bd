"""Wire shapes of what is ahead of the whole fleet."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from homepot.ai.prediction import forewarning_words, words
from homepot.ai.prediction.fleet import LIKELY, Ahead
from homepot.ai.prediction.limits import Limit
from homepot.ai.prediction.records import Failing, Forewarning, OfType, Prediction, Reached
from homepot.ai.prediction.schemas import Note, PredictionOut, ReachedOut
from homepot.fleet.devices.words import Provenance
from homepot.fleet.fields import Name, PublicId


def _whole(text: Any) -> Any:
    """An address holds text; a choice of numbers wants a number."""
    return int(text) if isinstance(text, str) and text.isdecimal() else text


Horizon = Annotated[Literal[7, 14, 30], BeforeValidator(_whole)]


class ForeseenOut(PredictionOut):
    """One limit that a device will reach, with whose it is."""

    device_id: str
    device_name: str
    device_type: str
    provenance: Provenance
    site_id: str
    site_name: str
    chance: float = Field(description="that it is reached within the days asked for")

    @classmethod
    def within(cls, one: Prediction, days: Horizon) -> Self:
        whose = {name: getattr(one, name) for name in _WHOSE}
        said = PredictionOut.of(one).model_dump()
        return cls.model_validate({**said, **whose, "chance": _chance(one, days)})


_WHOSE = ("device_id", "device_name", "device_type", "provenance", "site_id", "site_name")


class DeviceReachedOut(BaseModel):
    """A device that is beyond a limit now: that is no forecast any more."""

    device_id: str
    device_name: str
    site_id: str
    site_name: str
    limits: list[ReachedOut]

    @classmethod
    def of(cls, one: Reached) -> Self:
        limits = [Limit(**each) for each in one.limits]
        return cls(
            device_id=one.device_id,
            device_name=one.device_name,
            site_id=one.site_id,
            site_name=one.site_name,
            limits=[
                ReachedOut.model_validate(
                    {
                        "metric": each.metric,
                        "limit": each.value,
                        "severity": each.severity,
                        "words": words.beyond(each),
                    }
                )
                for each in limits
            ],
        )


class FailingOut(BaseModel):
    """A device and how probable it is that it fails, by its own days and how past failures of its
    type came on."""

    device_id: str
    device_name: str
    device_type: str
    provenance: Provenance
    site_id: str
    site_name: str
    chance: float = Field(description="that it fails within the days asked for")
    chance_7d: float
    chance_14d: float
    chance_30d: float
    reasons: list[str] = Field(description="what speaks most for it, the strongest first")
    failures: int = Field(description="of its type, that the chances were learnt from")
    error: float = Field(
        description="how far such chances were from what came true on devices left out, on average"
    )
    basis_words: str
    prediction_id: str | None = Field(
        description="as which it is told and planned for; null where it is less likely than not"
    )
    first_predicted_at: datetime | None

    @classmethod
    def within(cls, one: Failing, days: Horizon) -> Self:
        said = {name: value for name, value in vars(one).items() if name != "first_at"}
        said |= {name: round(said[name], 3) for name in ("chance_7d", "chance_14d", "chance_30d")}
        said |= {"chance": _chance(one, days), "first_predicted_at": one.first_at}
        words_ = forewarning_words.learnt_from(one.failures, one.error)
        return cls.model_validate(said | {"basis_words": words_})


class ForewarnedOut(BaseModel):
    """A device that was told to be likely to fail, and what came of that."""

    device_id: str
    device_name: str
    site_id: str
    site_name: str
    prediction_id: str
    state: Literal["failed", "gone"]
    first_at: datetime
    ended_at: datetime
    why: str

    @classmethod
    def of(cls, one: Forewarning) -> Self:
        return cls.model_validate({**vars(one), "why": one.ended_why}, extra="ignore")


class TypeLearntOut(BaseModel):
    """How far past failures of a device type have taught who will fail."""

    device_type: str
    devices: int
    basis: Literal["trees", "rate", "unsure", "few"] | None
    failures: int
    failures_needed: int
    words: str

    @classmethod
    def of(cls, one: OfType) -> Self:
        return cls.model_validate({**vars(one), "words": words.of_type(one)}, extra="ignore")


class CoverageOut(BaseModel):
    looked: int = Field(description="devices that were looked at")
    learning: int = Field(description="of them: with too little history to foresee anything")
    without_limits: int = Field(description="of them: with no metric that has a limit")
    looked_at: datetime | None = Field(description="the newest look; null before the first one")


class AheadOut(BaseModel):
    """What will reach a limit within the days asked for, the most probable first."""

    within_days: Horizon
    items: list[ForeseenOut]
    less_likely: int = Field(description=f"more of them with a chance below {LIKELY}")
    reached: list[DeviceReachedOut]
    failing: list[FailingOut] = Field(
        description="who is likely to fail by what their own days did, the likeliest first"
    )
    over: list[ForewarnedOut] = Field(
        description="who was told to be likely to fail and is not any more, of the last 14 days"
    )
    types: list[TypeLearntOut] = Field(description="what past failures of each type have taught")
    coverage: CoverageOut

    @classmethod
    def of(cls, found: Ahead, days: Horizon) -> Self:
        likely = ranked(found.foreseen, days)
        return cls(
            within_days=days,
            items=[ForeseenOut.within(one, days) for one in likely],
            less_likely=len(found.foreseen) - len(likely),
            reached=[DeviceReachedOut.of(one) for one in found.reached],
            failing=[FailingOut.within(one, days) for one in _likely(found.failing, days)],
            over=[ForewarnedOut.of(one) for one in found.over],
            types=[TypeLearntOut.of(one) for one in found.types],
            coverage=CoverageOut.model_validate(vars(found.coverage)),
        )


def ranked(foreseen: Sequence[Prediction], days: Horizon) -> list[Prediction]:
    likely = [one for one in foreseen if _chance(one, days) >= LIKELY]
    return sorted(likely, key=lambda one: (-_chance(one, days), one.crosses_at, one.id))


def _likely(failing: Sequence[Failing], days: Horizon) -> list[Failing]:
    likely = [one for one in failing if _chance(one, days) >= LIKELY]
    return sorted(likely, key=lambda one: -_chance(one, days))


def _chance(one: Prediction | Failing, days: Horizon) -> float:
    chances = {7: one.chance_7d, 14: one.chance_14d, 30: one.chance_30d}
    return round(chances[days], 3)


class TermNew(BaseModel):
    """A line for the schedule that a person writes."""

    model_config = ConfigDict(extra="forbid")

    device_id: PublicId
    what: Name
    due_at: AwareDatetime
    parts: Annotated[Name | None, Field(description="what has to be at hand")] = None
    note: Note | None = None
