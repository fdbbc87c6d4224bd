"""From the words of the two protocols to those of llama.cpp. Pure."""

from typing import Any

from homepot.ai.llm.server.shapes import Chat, Format, Generate, OpenAiChat, OpenAiPrompt, Options

_SEED_MASK = 0xFFFFFFFF


def of_chat(asked: Chat) -> dict[str, Any]:
    messages = [message.plain() for message in asked.messages]
    return {"messages": messages, **sampling(asked.options), **_form(asked.format)}


def of_generate(asked: Generate) -> dict[str, Any]:
    """A prompt as it stands, or in the place of the user's words."""
    options = sampling(asked.options)
    if asked.raw:
        if asked.format:
            raise ValueError("raw and format do not go together")
        return {"prompt": asked.prompt, **options}
    messages = [{"role": "user", "content": asked.prompt}]
    if asked.system:
        messages.insert(0, {"role": "system", "content": asked.system})
    return {"messages": messages, **options, **_form(asked.format)}


def of_openai(asked: OpenAiChat) -> dict[str, Any]:
    messages = [message.plain() for message in asked.messages]
    body = {"messages": messages, **_as_openai_says(asked, asked.max_completion_tokens)}
    form = asked.response_format
    if form is not None and form.type == "json_schema":
        if form.json_schema is None:
            raise ValueError("response_format json_schema needs its json_schema")
        body |= _form(form.json_schema.schema_)
    elif form is not None and form.type == "json_object":
        body |= _form("json")
    return body


def of_openai_prompt(asked: OpenAiPrompt) -> dict[str, Any]:
    """A prompt as it stands; 16 tokens where nothing else is said, as OpenAI has it."""
    if asked.suffix or asked.echo:
        raise ValueError("a prompt is continued as it stands: no suffix and no echo")
    return {"prompt": asked.prompt, **_as_openai_says(asked, asked.max_tokens or 16)}


def _as_openai_says(asked: OpenAiChat | OpenAiPrompt, limit: int | None) -> dict[str, Any]:
    names = ("temperature", "top_p", "presence_penalty", "frequency_penalty", "stop")
    body = {name: getattr(asked, name) for name in names if getattr(asked, name) is not None}
    if (limit := limit or asked.max_tokens) is not None:
        body["max_tokens"] = limit
    return body | _seed(asked.seed)


def sampling(given: Options | None) -> dict[str, Any]:
    options = given or Options()
    body = {
        "temperature": options.temperature,
        "top_k": options.top_k,
        "top_p": options.top_p,
        "min_p": options.min_p,
        "typical_p": options.typical_p,
        "repeat_last_n": options.repeat_last_n,
        "repeat_penalty": options.repeat_penalty,
        "presence_penalty": options.presence_penalty,
        "frequency_penalty": options.frequency_penalty,
        **_seed(options.seed),
    }
    if options.num_predict >= 0:
        body["max_tokens"] = options.num_predict
    if options.stop:
        body["stop"] = options.stop
    return body


def _seed(seed: int | None) -> dict[str, Any]:
    """With a seed nothing of an earlier prompt is used again: the same answer, token for token."""
    return {} if seed is None else {"seed": seed & _SEED_MASK, "cache_prompt": False}


def _form(given: Format) -> dict[str, Any]:
    if not given:
        return {}
    if given == "json":
        return {"response_format": {"type": "json_object"}}
    return {"response_format": {"type": "json_schema", "json_schema": {"schema": given}}}
