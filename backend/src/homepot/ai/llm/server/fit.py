"""How much memory a model takes, and how it is laid out to fit. Pure.

Weights lie in memory as they lie in the file. Beside them each slot has keys and values for a
window of tokens, two bytes a number; and llama.cpp works in buffers that grow with the width of
the model, its vocabulary and the batch.
"""

from dataclasses import dataclass

from homepot.ai.llm.models.gguf import Head
from homepot.ai.llm.server.errors import does_not_fit

SLOTS_MAX = 4
BATCH_TOKENS = 512
# The process itself, llama.cpp and its tables.
_PROCESS_BYTES = 120_000_000


@dataclass(frozen=True)
class Layout:
    """How a model is loaded: so many chats at once, each with a window of so many tokens."""

    slots: int
    window: int
    bytes: int


def bytes_needed(head: Head, weights_bytes: int, window: int, slots: int) -> int:
    """
    >>> from homepot.ai.llm.models.gguf import Head
    >>> llama = Head("llama", "", 0, 131072, 28, 24, 8, 128, 128, 3072, 128256, 15)
    >>> round(bytes_needed(llama, 2_000_000_000, 4096, 4) / 1e9, 1)
    4.3
    """
    cache = head.kv_bytes_a_token * window * slots
    buffers = 4 * BATCH_TOKENS * (head.vocabulary + 12 * head.width)
    return weights_bytes + cache + buffers + _PROCESS_BYTES


def window_for(head: Head, wanted: int) -> int:
    """No larger than what the model was trained for."""
    return min(wanted, head.window_max) if head.window_max else wanted


def layout(
    name: str, head: Head, weights_bytes: int, window: int, free_bytes: int, slots: int = SLOTS_MAX
) -> Layout:
    """As many chats at once as fit; Refused, with the figures, where not even one does."""
    while True:
        needed = bytes_needed(head, weights_bytes, window, slots)
        if needed <= free_bytes:
            return Layout(slots, window, needed)
        if slots == 1:
            raise does_not_fit(
                f"{name} with a window of {window:,} tokens needs {needed / 1e9:.1f} GB of memory;"
                f" {max(0, free_bytes) / 1e9:.1f} GB may be used now. Take a smaller model or"
                " num_ctx, free memory, or raise HOMEPOT_MODEL_SERVER_MEMORY_MAX_BYTES."
            )
        slots //= 2
