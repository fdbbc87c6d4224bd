import asyncio
import threading

import pytest

from homepot.access import password_desk
from homepot.access.password_desk import PasswordDesk
from homepot.core.errors import TooMany


async def test_only_a_few_at_once_and_the_loop_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    inside, most, lock = 0, 0, threading.Lock()

    def slow(password: str, stored: str | None) -> bool:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        gate.wait(10)
        with lock:
            inside -= 1
        return True

    monkeypatch.setattr(password_desk, "verify_password", slow)
    desk = PasswordDesk(2)
    asked = [asyncio.create_task(desk.verify("x", None)) for _ in range(6)]
    async with asyncio.timeout(10):
        while inside < 2:
            await asyncio.sleep(0)
        gate.set()
        assert await asyncio.gather(*asked) == [True] * 6
    assert most == 2


async def test_a_flood_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(password_desk, "WAITING_MAX", 3)
    gate = threading.Event()
    monkeypatch.setattr(password_desk, "verify_password", lambda *_: gate.wait(10))
    desk = PasswordDesk(1)
    asked = [asyncio.create_task(desk.verify("x", None)) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(TooMany):
        await desk.verify("x", None)
    gate.set()
    assert await asyncio.gather(*asked) == [True] * 3
    assert await desk.verify("x", None)


async def test_a_password_fits_however_it_was_typed() -> None:
    desk = PasswordDesk(1)
    stored = await desk.hash("cafe\u0301 kettles")
    assert await desk.verify("café kettles", stored)
    assert not await desk.verify("cafe kettles", stored)
    assert not await desk.verify("café kettles", None)
