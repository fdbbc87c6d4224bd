"""Wire shapes of batches."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from homepot.telemetry.intake.batch import METRICS_MAX, REJECTS_SHOWN_MAX, ROWS_MAX
from homepot.telemetry.intake.service import Receipt


class Reading(BaseModel):
    """What one device measured at one moment."""

    model_config = ConfigDict(extra="allow")

    device_id: str = Field(default="", description="May be left out by a device that sends itself.")
    timestamp: str | float = Field(
        description="ISO 8601 (UTC where no zone is named), or seconds since 1970."
    )
    metrics: Annotated[
        dict[str, float | None],
        Field(min_length=1, max_length=METRICS_MAX, description="null: not reported."),
    ]


class Readings(BaseModel):
    readings: Annotated[list[Reading], Field(max_length=ROWS_MAX)]
    units: dict[str, str] = Field(
        default={},
        description="In what some of the metrics are measured. A reading of a metric that is known"
        " in another unit is rejected; the first unit that is said of a metric stays.",
    )


class RejectedOut(BaseModel):
    index: int = Field(description="The place of the row in what was sent, counted from 0.")
    reason: str


class ReceiptOut(BaseModel):
    """Every row that was sent is in one of the four counts."""

    stored: int = Field(description="New rows, and rows that added metrics to a known moment.")
    repeated: int = Field(description="Rows that said what was stored already.")
    corrected: int = Field(description="Rows that changed a stored value: the new one stands.")
    rejected_count: int
    rejected: list[RejectedOut] = Field(
        description=f"The rows that were not taken, and why; the first {REJECTS_SHOWN_MAX:,}."
    )

    @classmethod
    def of(cls, receipt: Receipt) -> "ReceiptOut":
        shown = sorted(receipt.rejected, key=lambda rejected: rejected.index)[:REJECTS_SHOWN_MAX]
        return cls(
            stored=receipt.outcome.stored,
            repeated=receipt.outcome.repeated,
            corrected=receipt.outcome.corrected,
            rejected_count=len(receipt.rejected),
            rejected=[RejectedOut(index=one.index, reason=one.reason) for one in shown],
        )


def _described() -> dict[str, Any]:
    """The body for readers of the API; it is decoded by intake.rows and intake.columns."""
    shape = Readings.model_json_schema()
    reading = shape.pop("$defs")["Reading"]
    shape["properties"]["readings"]["items"] = reading
    content = {
        "application/json": {"schema": shape},
        "application/msgpack": {"schema": {"type": "string", "format": "binary"}},
    }
    return {"requestBody": {"required": True, "content": content}}


BODY = _described()
