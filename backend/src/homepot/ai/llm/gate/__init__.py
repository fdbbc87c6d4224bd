"""The gate: a sentence of a model is shown only where what it states is in the facts."""

from homepot.ai.llm.gate.facts import Facts
from homepot.ai.llm.gate.faithful import Verdict, faithful
from homepot.ai.llm.gate.retelling import retells

__all__ = ["Facts", "Verdict", "faithful", "retells"]
