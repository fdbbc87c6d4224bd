"""What memory answered, in sentences. Pure."""

from zoneinfo import ZoneInfo

from homepot.ai.query.answering.result import Answer, Row
from homepot.ai.query.plan import Plan
from homepot.ai.query.telling.phrases import number, said_moment, who

_TOLD_MAX = 3


def recalled(answer: Answer, plan: Plan) -> list[str]:
    rows = answer.result.rows
    count = len(rows)
    incidents = "incident" if count == 1 else "incidents"
    said = [f"{number(count)} past {incidents} looked like “{plan.about}”."]
    advice = answer.details.get("advice")
    if advice:
        said.append(
            f"What helped most: {advice['resolution'].rstrip('.')}"
            f" (it worked in {advice['worked']} of {advice['tried']})."
        )
    zone = ZoneInfo(answer.zone)
    return [*said, *(_one(row, zone) for row in rows[:_TOLD_MAX])]


def _one(row: Row, zone: ZoneInfo) -> str:
    of = f" of {who(row)}" if row.get("device_id") else ""
    on = f", {said_moment(row['at'], zone)}" if row.get("at") else ""
    said = f"{row['id']}{of}{on}: {str(row['title']).rstrip('.')}."
    if not row.get("resolution"):
        return f"{said} What was done is not known."
    worked = row.get("worked")
    helped = "" if worked is None else " That helped." if worked else " That did not help."
    return f"{said} It was resolved so: {str(row['resolution']).rstrip('.')}.{helped}"
