"""Asking a model: with patience, limits and a memory, and an error of ours when it is away."""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Callable, Hashable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from homepot.ai.config import ROLES, AiConfig
from homepot.ai.llm.breaker import Breaker
from homepot.ai.llm.budget import left_for_context
from homepot.ai.llm.cache import Answers
from homepot.ai.llm.doors.door import Asked, Door, Form, Model, Options, Piece
from homepot.ai.llm.errors import (
    ModelAway,
    ModelFailed,
    ModelOff,
    ModelSlow,
    NoSuchModel,
    PromptTooLong,
)
from homepot.ai.llm.naming import meant
from homepot.ai.llm.narration import Narrated
from homepot.ai.llm.roles import DEFAULT, roles_of
from homepot.ai.llm.turns import Turns
from homepot.core.errors import HomepotError
from homepot.core.log import get_logger

log = get_logger(__name__)

FIRST_PAUSE_S = 0.25
# Which models are there changes seldom; whoever pulls one sees it after this long.
MODELS_FRESH_S = 5.0


@dataclass(frozen=True)
class Prompt:
    system: str
    question: str
    # A role (fast, balanced, accurate), a name, or None for the default.
    model: str | None = None
    options: Options = field(default_factory=Options)
    form: Form = None


@dataclass(frozen=True)
class Answer:
    text: str
    model: str
    is_remembered: bool = False


@dataclass
class Counts:
    """What has been asked of models since the process began."""

    calls: int = 0
    failures: int = 0
    retries: int = 0
    answer_tokens: int = 0
    busy_s: float = 0.0


class LlmService:
    def __init__(
        self,
        config: AiConfig,
        door: Door,
        *,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config = config
        self.door = door
        self._clock_s = clock_s
        self._turns = Turns(config.ollama.concurrent_calls, config.ollama.waiting_calls)
        self._breaker = Breaker()
        self.answers: Answers[Answer] = Answers(config.caching.max_size, config.caching.ttl)
        self.counts = Counts()
        self.narrated = Narrated()
        self._models: Sequence[Model] = ()
        self._models_until_s = float("-inf")

    @property
    def waiting(self) -> int:
        return self._turns.waiting

    async def models(self) -> Sequence[Model]:
        """What the model server has now. ModelAway where there is none."""
        if self._clock_s() >= self._models_until_s:
            self._models = await self.door.models()
            self._models_until_s = self._clock_s() + MODELS_FRESH_S
        return self._models

    async def model_for(self, wanted: str | None) -> str:
        """The name of the model for a role or a name; NoSuchModel names those that are there.

        The default and the roles fall back on what there is: on a fresh machine that is the one
        small model it came with.
        """
        models = await self.models()
        if wanted is None or wanted in ROLES:
            if not models:
                raise ModelAway("The model server has no model yet: homepot models pull NAME.")
            return roles_of(self._config, models)[wanted or DEFAULT]
        there = [model.name for model in models]
        if (found := meant(wanted, there)) is not None:
            return found
        raise NoSuchModel(
            f"There is no model {wanted[:100]!r}. There are: {', '.join(sorted(there))}."
        )

    async def ask(self, prompt: Prompt, user: Hashable) -> Answer:
        """The whole answer, within the time limit and what patience allows."""
        words = ""
        async with aclosing(self.stream(prompt, user)) as answer:
            async for piece in answer:
                words += piece.text
                last = piece
        return Answer(words, last.model, last.is_remembered)

    async def stream(self, prompt: Prompt, user: Hashable) -> AsyncGenerator[Answer]:
        """The words as they come; whoever stops listening stops the model."""
        model = await self._chosen(prompt.model)
        has_spoken = False
        try:
            async with aclosing(self._said(model, prompt, user)) as pieces:
                async for piece in pieces:
                    has_spoken = True
                    yield piece
        except NoSuchModel:
            # The server that had it may have gone, and another have taken its place.
            self._models_until_s = float("-inf")
            other = await self._chosen(prompt.model)
            if has_spoken or other == model:
                raise
        else:
            return
        async with aclosing(self._said(other, prompt, user)) as pieces:
            async for piece in pieces:
                yield piece

    async def _said(self, model: str, prompt: Prompt, user: Hashable) -> AsyncGenerator[Answer]:
        asked = Asked(
            model, prompt.system, prompt.question, self._config.ollama.window, prompt.options,
            prompt.form,
        )  # fmt: skip
        if (
            left_for_context(
                asked.window, asked.options.answer_tokens_max, asked.system, asked.question
            )
            < 0
        ):
            raise PromptTooLong(
                f"The prompt does not fit into the {asked.window:,} tokens of the model: ask for"
                " less at once."
            )
        key = _key(asked)
        if known := self._remembered(key):
            yield known
            return
        words: list[str] = []
        started_s = self._clock_s()
        try:
            async with self._turns.turn(user), aclosing(self._patiently(asked)) as pieces:
                async for piece in pieces:
                    words.append(piece.text)
                    if piece.is_last:
                        self.counts.answer_tokens += piece.answer_tokens or 0
                    yield Answer(piece.text, model)
        except (ModelAway, NoSuchModel) as error:
            self._say_failed(asked, user, error, started_s)
            raise
        whole = Answer("".join(words), model, is_remembered=True)
        if self._config.caching.enabled:
            self.answers.put(key, whole, self._clock_s())
        self._say(asked, user, whole, started_s)

    async def _patiently(self, asked: Asked) -> AsyncGenerator[Piece]:
        """Ask again while nothing was said and there is time; never after the first word."""
        patience_s = self._config.ollama.timeout
        until_s = self._clock_s() + patience_s
        for tries_left in reversed(range(self._config.ollama.max_retries + 1)):
            has_spoken = False
            try:
                async with aclosing(self._once(asked, until_s - self._clock_s())) as pieces:
                    async for piece in pieces:
                        has_spoken = True
                        yield piece
            except (ModelAway, ModelFailed) as error:
                pause_s = _pause_s(self._config.ollama.max_retries - tries_left)
                in_time = self._clock_s() + pause_s < until_s
                closed = isinstance(error, ModelSlow) or not tries_left or not in_time
                if has_spoken or closed or not self._breaker.lets_through(self._clock_s()):
                    raise
                self.counts.retries += 1
                await asyncio.sleep(pause_s)
            else:
                return

    async def _once(self, asked: Asked, patience_s: float) -> AsyncGenerator[Piece]:
        """One call; a pause between words may be no longer than the patience."""
        self.counts.calls += 1
        started_s = self._clock_s()
        try:
            async with aclosing(self.door.chat(asked)) as pieces:
                while True:
                    async with asyncio.timeout(patience_s):
                        piece = await anext(pieces, None)
                    if piece is None:
                        break
                    patience_s = self._config.ollama.timeout
                    yield piece
        except TimeoutError:
            self._note_failure()
            raise ModelSlow from None
        except ModelAway:
            self._note_failure()
            raise
        else:
            self._breaker.worked()
        finally:
            self.counts.busy_s += self._clock_s() - started_s

    async def _chosen(self, wanted: str | None) -> str:
        """Nothing is asked of a server that has just failed again and again."""
        if not self._breaker.lets_through(self._clock_s()):
            raise ModelAway
        try:
            return await self.model_for(wanted)
        except ModelOff:
            raise  # that is no failure
        except ModelAway:
            self._note_failure()
            raise

    def _note_failure(self) -> None:
        self.counts.failures += 1
        self._breaker.failed(self._clock_s())

    def _remembered(self, key: object) -> Answer | None:
        return self.answers.get(key, self._clock_s()) if self._config.caching.enabled else None

    def _say(self, asked: Asked, user: Hashable, answer: Answer, started_s: float) -> None:
        """Who asked which model and how long it took; never what was asked or answered."""
        log.info(
            "A model answered.",
            action="llm.answered",
            model=asked.model,
            user_id=user,
            response_time_ms=round((self._clock_s() - started_s) * 1000),
            question_characters=len(asked.question),
            answer_characters=len(answer.text),
        )

    def _say_failed(
        self, asked: Asked, user: Hashable, error: HomepotError, started_s: float
    ) -> None:
        """What the server said of it may quote the question, and is left out."""
        log.warning(
            "A model did not answer.",
            action="llm.failed",
            model=asked.model,
            user_id=user,
            response_time_ms=round((self._clock_s() - started_s) * 1000),
            question_characters=len(asked.question),
            problem=error.kind,
        )


def _key(asked: Asked) -> object:
    return (
        asked.model, asked.system, asked.question, asked.window, asked.options, repr(asked.form),
    )  # fmt: skip


def _pause_s(tries: int) -> float:
    """Twice as long each time, give or take a quarter."""
    return FIRST_PAUSE_S * float(2**tries) * random.uniform(0.75, 1.25)  # noqa: S311
