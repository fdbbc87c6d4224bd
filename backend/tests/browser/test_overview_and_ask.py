"""Is all well, and what else would one like to know: the first page, and a question."""

from typing import Any

import pytest
from playwright.async_api import Page, expect
from tests.browser.test_every_page import SIZES
from tests.browser.test_incident_page import told

__all__ = ["told"]


@pytest.mark.parametrize("size", SIZES)
async def test_the_first_page_and_an_answer_have_no_barrier(
    at_home: Any, told: str, size: str
) -> None:
    page: Page = at_home.page
    await page.set_viewport_size(SIZES[size])
    await at_home.open("/")
    await expect(page.get_by_role("heading", name="One thing needs you")).to_be_visible()
    assert await at_home.barriers() == []
    assert await at_home.sideways_px() == 0

    await page.keyboard.press("Control+k")
    await page.get_by_label("Your question").fill("how many devices are there?")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("article").get_by_text("1", exact=True)).to_be_visible()
    assert await at_home.barriers() == []
    assert await at_home.sideways_px() == 0


async def test_what_is_urgent_is_confirmed_with_one_tap(at_home: Any, told: str) -> None:
    page: Page = at_home.page
    await at_home.open("/")
    confirm = page.get_by_role("button", name="Confirm: Cold store: too warm")
    await confirm.click()
    await expect(page.get_by_role("heading", name="Somebody looks after")).to_be_visible()
    await expect(confirm).to_have_count(0)


async def test_a_conversation_goes_on_and_its_plan_can_be_changed(
    at_home: Any, estate: Any
) -> None:
    agent = await estate.agent(device_name="Cold store")
    await agent.tell("/agent/heartbeat")
    page: Page = at_home.page
    await at_home.open("/ask?q=which+devices+are+offline")
    answers = page.get_by_role("article")
    await expect(answers).to_have_count(1)
    # The condition goes, and with it what is asked: now it is which devices there are.
    await answers.get_by_role("button", name="Without “is offline”").click()
    await expect(answers).to_have_count(2)
    await expect(answers.nth(1).get_by_role("link", name="Cold store")).to_be_visible()
    await answers.nth(1).get_by_role("button", name="Right").click()
    await expect(answers.nth(1).get_by_text("Noted.")).to_be_visible()
