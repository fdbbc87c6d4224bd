"""Which model a name means: with its tag, without one. Pure."""

from collections.abc import Sequence


def meant(name: str, there: Sequence[str]) -> str | None:
    """
    >>> there = ["all-minilm:22m", "llama3.2:1b", "llama3.2:3b", "qwen:latest"]
    >>> meant("all-minilm", there), meant("qwen", there), meant("llama3.2:3b", there)
    ('all-minilm:22m', 'qwen:latest', 'llama3.2:3b')
    >>> meant("llama3.2", there), meant("all-minilm:33m", there), meant("llama3.2:latest", there)
    (None, None, None)
    """
    plain = name.removesuffix(":latest")
    for one in (name, plain, f"{plain}:latest"):
        if one in there:
            return one
    if ":" in name:
        return None
    tagged = [one for one in there if one.partition(":")[0] == name]
    return tagged[0] if len(tagged) == 1 else None
