"""/api/ai/modes: which modes there are, and one's own."""

from typing import Annotated

from fastapi import APIRouter

from homepot.access.guard import Caller, allow
from homepot.access.permissions import Permission
from homepot.ai.analysis_modes import service
from homepot.ai.analysis_modes.modes import MODES, ModeName
from homepot.ai.analysis_modes.schemas import ModeChoice, ModeOut, ModesOut
from homepot.core.http.problems import documented

router = APIRouter(prefix="/api/ai", tags=["ai"])

Reader = Annotated[Caller, allow(Permission.FLEET_READ)]


@router.get("/modes", responses=documented(401, 403, 429))
async def modes(caller: Reader) -> ModesOut:
    """The modes, and your own: the one that counts where a request names none."""
    return _out(await service.chosen(caller))


@router.put("/modes", responses=documented(401, 403, 413, 422, 429))
async def choose_mode(given: ModeChoice, caller: Reader) -> ModesOut:
    """Choose your own mode. It stays yours until you choose another."""
    return _out(await service.choose(caller, given.mode))


def _out(mode: ModeName) -> ModesOut:
    return ModesOut(mode=mode, modes=[ModeOut.of(one) for one in MODES.values()])
