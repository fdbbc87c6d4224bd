"""What the crew knows of a part."""

import signal
from typing import Protocol


class PartFailed(Exception):
    """It ended, or did not come up; the message goes on after its name."""


# What a program of ours ends with where it is not to be started as it is configured (EX_CONFIG).
NOT_AS_CONFIGURED = 78


class PartRefused(PartFailed):
    """It will not start before somebody mends its configuration; the message says what."""


class Part(Protocol):
    @property
    def name(self) -> str: ...

    async def start(self) -> None:
        """Start it and wait until it is ready; PartFailed if it ended instead."""

    async def wait(self) -> str:
        """Wait for its end; how it ended, in words."""

    async def stop(self, patience_s: float) -> None:
        """End it, whatever state it is in, in about that time. Called more than once at will."""


def how_it_ended(exit_code: int | None) -> str:
    """In words that go on after a name.

    >>> how_it_ended(-9), how_it_ended(3), how_it_ended(None)
    ('was killed (SIGKILL)', 'ended with exit code 3', 'ended')
    """
    if exit_code is None:
        return "ended"
    if exit_code >= 0:
        return f"ended with exit code {exit_code}"
    try:
        name = signal.Signals(-exit_code).name
    except ValueError:
        name = f"signal {-exit_code}"
    return f"was killed ({name})"
