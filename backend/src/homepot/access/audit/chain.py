"""What the facts about a chain mean. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ChainFacts:
    """What the entries of one tenant say, and what the head says of them."""

    entries: int
    last_number: int
    last_hash: bytes | None
    changed: int | None
    gap_before: int | None
    unlinked: int | None
    head_number: int
    head_hash: bytes | None


def fault_in(facts: ChainFacts) -> str | None:
    """The first thing that is wrong, in words; None when the chain is whole."""
    if facts.gap_before is not None:
        return f"Entries are missing right before entry {facts.gap_before}."
    if facts.changed is not None:
        return f"Entry {facts.changed} was changed after it was written."
    if facts.unlinked is not None:
        return f"Entry {facts.unlinked} does not follow from the entry before it."
    if facts.last_number < facts.head_number:
        return f"The end was cut off: {facts.last_number} of {facts.head_number} entries are left."
    if (facts.last_number, facts.last_hash) != (facts.head_number, facts.head_hash):
        return "The entries and the noted end of the chain do not fit together."
    return None
