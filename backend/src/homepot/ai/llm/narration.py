"""What became of a model's words for an answer of ours: shown, or why not. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from homepot.ai.llm.errors import ModelOff, ModelSlow
from homepot.core.errors import HomepotError, TooMany


class NarrationState(StrEnum):
    NOT_ASKED = "not_asked"  # nobody wanted them, or there is nothing to retell
    UNDER_WAY = "under_way"  # the result is there, the words are not yet
    SHOWN = "shown"  # all of them, or the first sentences
    REFUSED = "refused"  # they said what the facts do not say
    TOO_SLOW = "too_slow"
    AWAY = "away"


@dataclass(frozen=True)
class Narration:
    """`reasons` are why nothing, or nothing more, was shown."""

    state: NarrationState
    reasons: Sequence[str] = ()
    model: str | None = None


NOT_ASKED = Narration(NarrationState.NOT_ASKED)
UNDER_WAY = Narration(NarrationState.UNDER_WAY)


@dataclass
class Narrated:
    """How often each of that was since the process began."""

    shown: int = 0
    cut_short: int = 0
    refused: int = 0
    too_slow: int = 0
    away: int = 0

    def note(self, one: Narration) -> None:
        match one.state:
            case NarrationState.SHOWN if one.reasons:
                self.cut_short += 1
            case NarrationState.SHOWN:
                self.shown += 1
            case NarrationState.REFUSED:
                self.refused += 1
            case NarrationState.TOO_SLOW:
                self.too_slow += 1
            case NarrationState.AWAY:
                self.away += 1


def failed(error: HomepotError) -> Narration:
    """
    >>> failed(ModelSlow()).state, failed(ModelOff()).state
    (<NarrationState.TOO_SLOW: 'too_slow'>, <NarrationState.NOT_ASKED: 'not_asked'>)
    """
    state = NarrationState.AWAY
    if isinstance(error, ModelOff):
        state = NarrationState.NOT_ASKED
    elif isinstance(error, ModelSlow | TooMany):
        state = NarrationState.TOO_SLOW
    return Narration(state, (error.detail,))
