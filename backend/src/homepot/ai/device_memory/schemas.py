"""Similar incidents on the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from homepot.ai.device_memory.patterns import Answer, Match
from homepot.ai.device_memory.service import LIMIT_MAX


class SimilarAsked(BaseModel):
    """In words, or by an incident that is remembered."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=10_000)] = ""
    incident_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    limit: Annotated[int, Field(ge=1, le=LIMIT_MAX)] = 5


class SimilarIncident(BaseModel):
    incident_id: str
    device_id: str | None
    date: datetime | None = Field(description="when it started")
    ended_at: datetime | None
    category: str
    severity: str | None
    description: str
    resolution: str | None
    effective: bool | None = Field(description="whether the resolution worked; null: unknown")
    similarity_score: Annotated[float, Field(ge=0, le=1)] = Field(
        description="how probable it is that both are of one kind"
    )

    @classmethod
    def of(cls, match: Match) -> "SimilarIncident":
        known = match.pattern
        return cls(
            incident_id=known.incident_id,
            device_id=known.device_id,
            date=known.started_at,
            ended_at=known.ended_at,
            category=known.category,
            severity=known.severity,
            description=known.description,
            resolution=known.resolution,
            effective=known.effective,
            similarity_score=round(match.score, 4),
        )


class Recommended(BaseModel):
    resolution: str
    worked: int = Field(description="on so many of the similar incidents")
    tried: int
    incident_ids: list[str] = Field(description="the evidence")


class SimilarOut(BaseModel):
    """Past incidents like this one, the best first; none where nothing is similar."""

    similar_past_incidents: list[SimilarIncident]
    recommendation: Recommended | None
    warning: str | None = Field(description="what was not as it should be in the search")

    @classmethod
    def of(cls, answer: Answer) -> "SimilarOut":
        advice = answer.recommendation
        return cls(
            similar_past_incidents=[SimilarIncident.of(one) for one in answer.matches],
            recommendation=None
            if advice is None
            else Recommended(
                resolution=advice.resolution,
                worked=advice.worked,
                tried=advice.tried,
                incident_ids=list(advice.incident_ids),
            ),
            warning=answer.warning,
        )
