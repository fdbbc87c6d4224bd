"""Use cases of modes: which one counts for this request, and choosing a default of one's own."""

from homepot.access.caller import Caller
from homepot.ai.analysis_modes import store
from homepot.ai.analysis_modes.modes import DEFAULT, Mode, ModeName, mode_named
from homepot.core.errors import NotAllowed


async def chosen(caller: Caller) -> ModeName:
    """The caller's own default; maintenance for whoever has not chosen."""
    known = None if caller.user_id is None else await store.choice(caller.tx, caller.user_id)
    return ModeName(known) if known else DEFAULT


async def choose(caller: Caller, name: str) -> ModeName:
    mode = mode_named(name)
    if caller.user_id is None:
        raise NotAllowed("Only a user has a mode of their own.")
    await store.choose(caller.tx, caller.user_id, mode.name.value)
    return mode.name


async def mode_for(caller: Caller, asked: str | None = None) -> Mode:
    """The mode named in this one request, else the caller's own default."""
    return mode_named(asked or await chosen(caller))
