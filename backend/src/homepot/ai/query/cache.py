"""Answers of a moment ago, for whoever asks the same: forgotten as soon as anything is new.

An answer is kept for a tenant and a set of rights. A reading that this process stores ends them
before its sender is answered; every live event of the tenant (readings that another process
stored, a device, a site, an incident that changed) a moment later. Where the feed of events is
behind, nothing is taken from here.
"""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

from homepot.ai.query.answering.result import Answer

ANSWERS_MAX = 1_000
# A moment that was named does not move; "now" does, and the windows with it.
FRESH_S = 300.0
FRESH_NOW_S = 2.0


@dataclass(frozen=True)
class Key:
    tenant_id: int
    permissions: frozenset[str]
    plan: str
    # None: of now
    as_of: Hashable


@dataclass(frozen=True)
class _Kept:
    answer: Answer
    until_s: float
    generation: int


class Answers:
    def __init__(self) -> None:
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        self._generations: dict[int, int] = {}

    def generation(self, tenant_id: int) -> int:
        """To be asked before the answer is worked out: what is new meanwhile ends it at once."""
        return self._generations.get(tenant_id, 0)

    def changed(self, tenant_id: int) -> None:
        self._generations[tenant_id] = self.generation(tenant_id) + 1

    def get(self, key: Key, now_s: float) -> Answer | None:
        kept = self._kept.get(key)
        if kept is None:
            return None
        if kept.until_s <= now_s or kept.generation != self.generation(key.tenant_id):
            del self._kept[key]
            return None
        self._kept.move_to_end(key)
        return kept.answer

    def put(self, key: Key, answer: Answer, generation: int, now_s: float) -> None:
        if generation != self.generation(key.tenant_id):
            return
        fresh_s = FRESH_NOW_S if key.as_of is None else FRESH_S
        self._kept[key] = _Kept(answer, now_s + fresh_s, generation)
        while len(self._kept) > ANSWERS_MAX:
            self._kept.popitem(last=False)
