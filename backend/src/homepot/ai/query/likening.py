"""Passing over a word that nobody knows, where the question means the same without it.

Whether it does is seen by a model of embedding: both, with names and times taken out, as vectors.
The bound is calibrated for that model on questions of our own (docs/decisions/0027), and another
model is not asked. What was passed over is said.
"""

from datetime import datetime

from homepot.ai.device_memory.service import Memory
from homepot.ai.embedding import EmbeddingAway
from homepot.ai.query.language.passing import shorter
from homepot.ai.query.plan import Plan
from homepot.ai.query.vocabulary import Vocabulary

MODEL = "all-MiniLM-L6-v2"
ALIKE_MIN = 0.9  # a cosine


async def passed_over(
    memory: Memory, question: str, refused: Plan, vocabulary: Vocabulary, as_of: datetime
) -> Plan:
    """The plan of the rest, or the refusal as it is."""
    found = shorter(question, refused, vocabulary, as_of) if memory.model == MODEL else None
    if found is None:
        return refused
    try:
        whole, rest = await memory.vectors([found.whole, found.rest])
    except EmbeddingAway:
        return refused
    if float(whole @ rest) < ALIKE_MIN:
        return refused
    said = ", ".join(f"“{word}”" for word in found.passed)
    note = f"passed over, as it means the same without: {said}"
    return found.plan.model_copy(update={"assumptions": (note, *found.plan.assumptions)})
