"""Our own model server with the model that comes along: first word, words a second, ten at once.

Every prompt is another one from its first word on, and each is asked with a seed, so nothing of
an earlier prompt can be used again. The peer is what llama.cpp says it took itself.
"""

import asyncio
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import ollama
import psutil
from report import Row
from stage import READY_WITHIN_S, data_folder, free_port

MODEL = "smollm2:135m"
PROMPTS = 20
PROMPT_TOKENS = 300
WORDS_IN_PROMPT = 270
AT_ONCE = 10
ROUNDS = 3
ANSWER_TOKENS = 64
WORDS = ("pump", "valve", "till", "server", "rack", "sensor", "door", "fan", "gateway", "printer")


@dataclass(frozen=True)
class Told:
    first_s: float
    whole_s: float
    prompt_s: float
    tokens_a_second: float
    prompt_tokens: int


def run() -> list[Row]:
    with data_folder() as data, serving(data) as (url, process):
        return asyncio.run(_measure(url, process))


async def _measure(url: str, process: psutil.Process) -> list[Row]:
    chance = random.Random(1)  # noqa: S311
    async with ollama.AsyncClient(url, timeout=600) as client:
        await _ask(client, chance)  # the model is loaded
        before_s = _processor_s(process)
        alone = [await _ask(client, chance) for _ in range(PROMPTS)]
        used_s = (_processor_s(process) - before_s) / PROMPTS
        began_s = time.monotonic()
        rounds = [
            await asyncio.gather(*(_ask(client, chance) for _ in range(AT_ONCE)))
            for _ in range(ROUNDS)
        ]
        together_s = (time.monotonic() - began_s) / ROUNDS
    at_once = [one for told in rounds for one in told]
    tokens = statistics.median(one.prompt_tokens for one in alone)
    first = [one.first_s for one in alone]
    rss = sum(one.memory_info().rss for one in [process, *process.children(recursive=True)])
    answer = f"{tokens:.0f} tokens in, {ANSWER_TOKENS} out"
    return [
        _row("first token, median", statistics.median(first), "s", "llama.cpp's reading alone",
             statistics.median(one.prompt_s for one in alone)),
        _row("first token, p95", _p95(first), "s", "llama.cpp's reading alone, p95",
             _p95([one.prompt_s for one in alone])),
        _row("tokens/s of one answer", statistics.median(one.tokens_a_second for one in alone),
             "", "a person reads, about", 5),
        _row(f"processor a chat ({answer})", used_s, "s", "wall clock a chat",
             statistics.median(one.whole_s for one in alone)),
        _row(f"{AT_ONCE} chats at once: first token, p95", _p95([one.first_s for one in at_once]),
             "s", "alone, p95", _p95(first)),
        _row(f"{AT_ONCE} chats at once: whole answer, p95", _p95([o.whole_s for o in at_once]),
             "s", "all ten", together_s),
        _row("memory of the server with its model", rss / 1e6, "MB", "limit", 8000),
    ]  # fmt: skip


async def _ask(client: ollama.AsyncClient, chance: random.Random) -> Told:
    question = " ".join(chance.choice(WORDS) for _ in range(WORDS_IN_PROMPT))
    options = {"num_predict": ANSWER_TOKENS, "temperature": 0.0, "seed": 1}
    began_s, first_s = time.monotonic(), 0.0
    pieces = await client.chat(
        MODEL, [{"role": "user", "content": question}], stream=True, options=options
    )
    async for piece in pieces:
        first_s = first_s or time.monotonic() - began_s
        last = piece
    assert last.done
    assert abs((last.prompt_eval_count or 0) - PROMPT_TOKENS) < 20
    answer_s = (last.eval_duration or 0) / 1e9
    return Told(
        first_s,
        time.monotonic() - began_s,
        (last.prompt_eval_duration or 0) / 1e9,
        (last.eval_count or 0) / answer_s if answer_s else 0.0,
        piece.prompt_eval_count or 0,
    )


@contextmanager
def serving(data: Path) -> Iterator[tuple[str, psutil.Process]]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {"HOMEPOT_DATA": str(data), "HOMEPOT_MODEL_SERVER_PORT": str(port)}
    command = [sys.executable, "-m", "homepot.ai.llm.server"]
    with subprocess.Popen(command, env=environment, cwd=data) as process:  # noqa: S603
        try:
            until_s = time.monotonic() + READY_WITHIN_S
            while True:
                with suppress(httpx.TransportError):
                    httpx.get(f"{url}/api/version").raise_for_status()
                    break
                assert process.poll() is None
                assert time.monotonic() < until_s
                time.sleep(0.05)
            yield url, psutil.Process(process.pid)
        finally:
            process.terminate()


def _processor_s(process: psutil.Process) -> float:
    times = [one.cpu_times() for one in [process, *process.children(recursive=True)]]
    return sum(one.user + one.system for one in times)


def _p95(found: list[float]) -> float:
    return sorted(found)[min(len(found) - 1, int(len(found) * 0.95))]


def _row(name: str, figure: float, unit: str, compared_with: str, peer: float) -> Row:
    return Row(f"llm: {name}", figure, unit, compared_with, peer)
