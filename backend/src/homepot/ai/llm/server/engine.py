"""What is asked of a runner, and what it says; llama.cpp's errors become ours here."""

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import httpx

from homepot.ai.llm.server.errors import Refused
from homepot.ai.llm.server.stable import Runner

_TOO_LONG = "exceed_context_size_error"


@dataclass(frozen=True)
class Said:
    """Some words; the last piece has the reason of the end and the counts."""

    text: str
    reason: str | None = None
    prompt_tokens: int = 0
    answer_tokens: int = 0
    prompt_s: float = 0.0
    answer_s: float = 0.0


async def say(runner: Runner, body: dict[str, Any]) -> AsyncGenerator[Said]:
    """The words as they come. Whoever closes this ends the work."""
    is_raw = "prompt" in body
    path = "/v1/completions" if is_raw else "/v1/chat/completions"
    asked = {**body, "stream": True, "stream_options": {"include_usage": True}}
    if not is_raw:
        asked["reasoning_format"] = "none"
    reason = "stop"
    try:
        async with runner.client.stream("POST", path, json=asked) as answer:
            if answer.status_code != httpx.codes.OK:
                raise refusal(runner.model.name, answer.status_code, await answer.aread())
            async for line in answer.aiter_lines():
                part = _part(runner.model.name, line)
                for choice in part.get("choices", ()):
                    reason = choice.get("finish_reason") or reason
                    text = choice.get("text") if is_raw else choice["delta"].get("content")
                    if text:
                        yield Said(text)
                if part.get("usage"):
                    yield _last(part, reason)
                    return
    except (httpx.HTTPError, json.JSONDecodeError):
        pass  # it died, or was ended
    raise Refused(
        500, f"llama.cpp with {runner.model.name} ended in the middle of its answer", "server_error"
    )


def _part(model: str, line: str) -> dict[str, Any]:
    """One event; empty where the line is none."""
    if line.startswith("error:"):
        raise refusal(model, 500, line.removeprefix("error:").encode())
    given = line.removeprefix("data:").strip()
    if not given or given == "[DONE]":
        return {}
    part: dict[str, Any] = json.loads(given)
    if "error" in part:
        raise refusal(model, 500, given.encode())
    return part


def _last(part: dict[str, Any], reason: str) -> Said:
    usage, timings = part["usage"], part.get("timings") or {}
    return Said(
        "",
        reason,
        int(usage.get("prompt_tokens", 0)),
        int(usage.get("completion_tokens", 0)),
        float(timings.get("prompt_ms", 0)) / 1000,
        float(timings.get("predicted_ms", 0)) / 1000,
    )


async def check_window(runner: Runner, body: dict[str, Any], window: int | None) -> None:
    """A window smaller than the loaded one is the caller's word, and is kept as well."""
    if window is None or window >= runner.layout.window:
        return
    prompt = body.get("prompt")
    if prompt is None:
        asked = {"messages": body["messages"]}
        prompt = (await _ask(runner, "/apply-template", asked))["prompt"]
    tokens = await _ask(
        runner, "/tokenize", {"content": prompt, "add_special": True, "parse_special": True}
    )
    count = len(tokens["tokens"])
    if count >= window:
        raise _too_long(runner.model.name, count, window)
    body["max_tokens"] = min(body.get("max_tokens", window), window - count)


async def _ask(runner: Runner, path: str, body: dict[str, Any]) -> dict[str, Any]:
    try:
        answer = await runner.client.post(path, json=body)
    except httpx.HTTPError:
        raise Refused(500, f"llama.cpp with {runner.model.name} ended", "server_error") from None
    if answer.status_code != httpx.codes.OK:
        raise refusal(runner.model.name, answer.status_code, answer.content)
    found: dict[str, Any] = answer.json()
    return found


def refusal(model: str, status: int, said: bytes) -> Refused:
    try:
        error = json.loads(said)["error"]
        words, kind = str(error.get("message", "")), str(error.get("type", "server_error"))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Refused(500, "llama.cpp gave no answer", "server_error")
    if kind == _TOO_LONG:
        return _too_long(model, error.get("n_prompt_tokens", 0), error.get("n_ctx", 0))
    return Refused(min(500, status), words[:500], kind)


def _too_long(model: str, tokens: int, window: int) -> Refused:
    return Refused(
        400,
        f"the prompt has {tokens:,} tokens, the window of {model} is {window:,} (num_ctx): ask for"
        " less at once",
        "context_length_exceeded",
    )
