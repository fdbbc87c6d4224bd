"""Who may ask the model next: some at once, the others in a queue that is fair to each user."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager

from homepot.core.errors import TooMany


class Turns:
    """One of each user after the other, however many a single one has waiting."""

    def __init__(self, at_once_max: int, waiting_max: int) -> None:
        self._free = at_once_max
        self._waiting_max = waiting_max
        self._queues: OrderedDict[Hashable, deque[asyncio.Future[None]]] = OrderedDict()

    @property
    def waiting(self) -> int:
        return sum(len(queue) for queue in self._queues.values())

    @asynccontextmanager
    async def turn(self, user: Hashable) -> AsyncIterator[None]:
        """For as long as the block lasts. TooMany where too many wait already."""
        await self._wait(user)
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, user: Hashable) -> None:
        if self._free > 0:
            self._free -= 1
            return
        if self.waiting >= self._waiting_max:
            raise TooMany("Too many wait for the model; ask again in a moment.")
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queues.setdefault(user, deque()).append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self._pass_on()  # the turn came at the moment nobody wanted it any more
            else:
                self._forget(user, mine)
            raise

    def _pass_on(self) -> None:
        while self._queues:
            user, queue = self._queues.popitem(last=False)
            next_one = queue.popleft()
            if queue:
                self._queues[user] = queue  # behind the others
            if not next_one.done():
                next_one.set_result(None)
                return
        self._free += 1

    def _forget(self, user: Hashable, mine: asyncio.Future[None]) -> None:
        queue = self._queues.get(user)
        if queue is not None and mine in queue:
            queue.remove(mine)
            if not queue:
                del self._queues[user]
