"""Wire shapes of incidents."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from homepot.ai.anomaly_detection.schemas import AnomalyOut, Kind
from homepot.ai.device_memory.schemas import Recommended, SimilarIncident, SimilarOut
from homepot.ai.incidents.service import (
    Incident,
    IncidentPage,
    IncidentQuery,
    Likeness,
    Story,
)
from homepot.fleet.fields import PublicId, Query, without_control
from homepot.fleet.moments import Moment
from homepot.fleet.text import search_terms

# Of a note in a list; those of detection are shorter.
_LISTED_CHARACTERS_MAX = 4_000
State = Literal["open", "confirmed", "resolved", "normal", "closed", "merged"]
Severity = Literal["info", "warning", "critical"]
Category = Literal[
    "temperature", "connectivity", "power", "storage", "software", "hardware", "mechanical",
    "sensor", "security",
]  # fmt: skip
What = Literal[
    "opened", "worse", "wider", "joined", "merged", "confirmed", "resolved", "normal",
    "reopened", "closed", "noted", "imported", "corrected",
]  # fmt: skip
Words = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000),
    AfterValidator(without_control),
]


class IncidentOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    incident_id: str = Field(validation_alias="public_id")
    site_id: str
    site_name: str
    device_id: str | None = Field(description="null where it is the whole site's")
    device_name: str | None
    state: State
    category: Category
    severity: Severity
    title: str
    description: str
    started_at: datetime
    opened_at: datetime
    ended_at: datetime | None
    back_since: datetime | None = Field(
        description="since when all of it is as usual again, or its device is heard again, while"
        " it waits for that to last; null where it goes on or is over"
    )
    changed_at: datetime
    reopened: int = Field(description="how often it returned")
    resolution: str | None
    worked: bool | None = Field(description="whether what was done helped, as far as it was said")
    provenance: Literal["detected", "imported"]
    given_id: str | None
    into_id: str | None = Field(description="the incident that this one is a part of")
    timezone: str = Field(description="of its site: words tell moments by that clock")

    @classmethod
    def of(cls, incident: Incident) -> Self:
        return cls.model_validate(incident)


class IncidentPageOut(BaseModel):
    items: list[IncidentOut]
    next_cursor: str | None

    @classmethod
    def of(cls, page: IncidentPage) -> Self:
        return cls(items=[_listed(one) for one in page.items], next_cursor=page.next_cursor)


def _listed(one: Incident) -> IncidentOut:
    """Without the length of notes that somebody brought along; the incident itself has them."""
    told = IncidentOut.of(one)
    told.description = _begun(told.description)
    told.resolution = told.resolution and _begun(told.resolution)
    return told


def _begun(note: str) -> str:
    return note if len(note) <= _LISTED_CHARACTERS_MAX else f"{note[: _LISTED_CHARACTERS_MAX - 1]}…"


class MemberOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    device_id: str
    name: str
    started_at: datetime
    ended_at: datetime | None


class PastOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    at: datetime
    what: What
    state: State
    severity: Severity
    actor_kind: Literal["user", "token", "device", "system"]
    actor_name: str
    note: str | None
    worked: bool | None


class LikenessOut(BaseModel):
    """Past incidents that this one resembles, the best first, and what helped them."""

    at: datetime = Field(description="when it was last looked for")
    words: str
    similar_past_incidents: list[SimilarIncident] = Field(description="none: nothing like it")
    recommendation: Recommended | None

    @classmethod
    def of(cls, likeness: Likeness) -> Self:
        told = SimilarOut.of(likeness.answer)
        return cls(
            at=likeness.at,
            words=likeness.words,
            similar_past_incidents=told.similar_past_incidents,
            recommendation=told.recommendation,
        )


class DecidedOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    at: datetime
    what: str
    outcome: str


class ToldOut(BaseModel):
    """Over which channels somebody was told, or why nobody was."""

    model_config = ConfigDict(from_attributes=True)

    words: str
    decisions: list[DecidedOut] = Field(description="of each thing that happened, newest first")
    foreseen: str = Field(description="what was said of it before it began; empty: nothing was")


class CourseOut(BaseModel):
    """A metric of a device: how it was when it was first told, at worst, and now.

    Figures are in `unit`, as people say them: a part of 1 is in percent.
    """

    model_config = ConfigDict(from_attributes=True)

    device_id: str
    device_name: str
    metric: str
    label: str = Field(description="what people call it")
    kind: Kind
    unit: str
    since: datetime
    ended_at: datetime | None
    then: float = Field(description="at `since`")
    usual: float | None = Field(description="at `since`, expected from `low` to `high`")
    low: float | None
    high: float | None
    worst: float | None = Field(description="furthest off while it went on")
    worst_at: datetime | None
    now: float | None = Field(description="the newest reading")
    now_at: datetime | None
    same_since: datetime | None = Field(description="of a sensor that stands still")
    usually_moves: float | None = Field(description="of such a sensor, within an hour")


class StoryOut(IncidentOut):
    """An incident with its devices, what deviated in the order it began, and what happened."""

    members: list[MemberOut] = []
    anomalies: list[AnomalyOut] = []
    history: list[PastOut] = []
    likeness: LikenessOut | None = Field(default=None, description="null: not looked for yet")
    what_now: str = Field(default="", description="what to do; empty where it is over")
    told: ToldOut | None = None
    course: list[CourseOut] = []
    course_words: str = Field(default="", description="how bad it became, and how it is now")

    @classmethod
    def of_story(cls, story: Story) -> Self:
        found = cls.model_validate(story.incident)
        found.members = [MemberOut.model_validate(one) for one in story.members]
        found.anomalies = [AnomalyOut.model_validate(one) for one in story.anomalies]
        found.history = [PastOut.model_validate(one) for one in story.history]
        found.likeness = LikenessOut.of(story.likeness) if story.likeness else None
        found.what_now = story.what_now
        found.told = ToldOut.model_validate(story.told) if story.told else None
        found.course = [CourseOut.model_validate(one) for one in story.course.metrics]
        found.course_words = story.course.words
        return found


class IncidentListQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    state: Annotated[list[State], Field(max_length=6, description="any of these")] = []
    severity: Annotated[list[Severity], Field(max_length=3, description="any of these")] = []
    category: Annotated[list[Category], Field(max_length=9, description="any of these")] = []
    site: PublicId | None = None
    device: PublicId | None = None
    q: Query | None = None
    start: Annotated[Moment | None, Field(alias="from")] = None
    end: Annotated[Moment | None, Field(alias="to", description="without this moment")] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, Field(max_length=4_000)] | None = None

    def asked(self) -> IncidentQuery:
        return IncidentQuery(
            sorted(set(self.state)),
            sorted(set(self.severity)),
            sorted(set(self.category)),
            self.site,
            self.device,
            search_terms(self.q),
            self.start,
            self.end,
            self.limit,
        )


class Note(BaseModel):
    model_config = ConfigDict(extra="forbid")

    note: Words


class PerhapsNote(BaseModel):
    model_config = ConfigDict(extra="forbid")

    note: Words | None = None


class Resolution(Note):
    """What was done. `worked` null: nobody can say yet."""

    worked: bool | None = None


class Correction(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    resolution: Words = ""
    worked: bool | None = None

    def changes(self) -> dict[str, Any]:
        return self.model_dump(exclude_unset=True)
