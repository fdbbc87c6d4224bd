"""What went like a wear before: asked of memory for each that is foreseen, and told from there."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from homepot.access.caller import system_caller
from homepot.ai.device_memory.patterns import Answer, Question
from homepot.ai.device_memory.recorded import Looker
from homepot.ai.device_memory.service import Memory, recalled
from homepot.ai.prediction import store
from homepot.ai.prediction.records import Prediction
from homepot.core.database import Connection, Database
from homepot.core.errors import HomepotError
from homepot.core.log import get_logger
from homepot.telemetry.archive.service import Archive

log = get_logger(__name__)

# A wear goes on for days: what it is like is asked again each day, the most probable first.
AGAIN_AFTER = timedelta(hours=23)
AT_ONCE_MAX = 100
SIMILAR_MAX = 5


async def recall(database: Database, memory: Memory, archive: Archive, now: datetime) -> int:
    """Ask memory for what is foreseen and was not asked for lately; how much that was."""
    async with database.system() as tx:
        due = await store.to_recall(tx, now - AGAIN_AFTER, AT_ONCE_MAX)
    for one in due:
        try:
            found = await _like(database, memory, archive, one, now)
        except (HomepotError, OSError, ValueError, ArithmeticError) as error:
            # It is asked again at the next look; the others are not held up.
            log.warning(
                "What went like a wear before could not be asked of memory.",
                action="prediction.memory_failed",
                prediction=one.prediction_id,
                error=repr(error),
            )
            continue
        async with database.tenant(one.tenant_id) as tx:
            await store.recalled(tx, one.id, found, now)
    return len(due)


async def _like(
    database: Database, memory: Memory, archive: Archive, one: Prediction, now: datetime
) -> list[dict[str, str | float]]:
    looker = Looker(database, archive, one.tenant_id)
    sign = await looker.signature_of(one.device_id, one.onset_at, now)
    if sign is None:
        return []
    async with database.tenant(one.tenant_id) as tx:
        caller = system_caller(tx, one.tenant_id, "HOMEPOT")
        answer = await memory.get_similar_patterns(caller, Question(signature=sign), SIMILAR_MAX)
    return [
        {"incident_id": match.pattern.incident_id, "score": round(match.score, 4)}
        for match in answer.matches
    ]


async def of_predictions(tx: Connection, predictions: Sequence[Prediction]) -> Mapping[str, Answer]:
    """By the id of what is foreseen, as memory has it now: without what was forgotten since."""
    found = {}
    for one in predictions:
        if one.alike:
            scores = {each["incident_id"]: float(each["score"]) for each in one.alike}
            found[one.prediction_id] = await recalled(tx, one.tenant_id, scores)
    return found
