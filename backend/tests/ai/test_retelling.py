"""What the default model makes of facts: nothing is shown that the facts do not hold."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from homepot.ai.config import ai_config
from homepot.ai.llm.doors.ollama_door import OllamaDoor
from homepot.ai.llm.gate import Facts, faithful
from homepot.ai.llm.narrator import retell
from homepot.ai.llm.service import LlmService
from homepot.core.settings import Settings

NOW = datetime(2026, 11, 14, 8, 40, tzinfo=UTC)
SHEETS = [
    Facts(["pos_1161 is online."], devices=["pos_1161", "pos_1162"], now=NOW),
    Facts(
        [
            "Temperature of sensor_12 rose from 4.2 °C to 9.6 °C between 02:10 and 05:40.",
            "sensor_12 is above its limit of 8 °C.",
        ],
        devices=["sensor_12", "sensor_13"],
        now=NOW,
    ),
    Facts(
        ["37 devices are online and 3 are offline.", "The site with most alerts is Old Mill."],
        places=["Old Mill", "Harbour Street"],
        now=NOW,
    ),
    Facts(["Disk usage of srv_4 will reach 95 % in 6 days."], devices=["srv_4"], now=NOW),
    Facts(["No device reported anything for 3 hours."], now=NOW),
    Facts(
        ["The same happened on 2026-10-02; restarting the service helped in 4 of 5 cases."],
        now=NOW,
    ),
]


@pytest.fixture
async def llm(small_server: Any, tmp_path: Path) -> AsyncIterator[LlmService]:
    own = tmp_path / "ai.yaml"
    own.write_text("ai_service: {ollama: {timeout: 110}}")
    config = ai_config(Settings.model_validate({"data_dir": tmp_path, "ai_config_path": own}))
    door = OllamaDoor(small_server.url, 110)
    yield LlmService(config, door)
    await door.close()


async def test_what_the_default_model_says_is_shown_only_where_the_facts_hold_it(
    llm: LlmService,
) -> None:
    refused = 0
    for facts in SHEETS:
        template = " ".join(facts.statements)
        told = await retell(llm, facts, template, manner="You are brief.", user="a test")
        assert told.model == "smollm2:135m"
        if told.by == "template":
            assert told.text == template
            assert told.refused
            refused += 1
        else:
            assert faithful(told.text, facts)
            # Without the gate's own eyes: no figure that the facts do not hold.
            assert set(figures(told.text)) <= set(figures(template)), told.text
    # So small a model does say what is not so: the gate had something to do.
    assert refused


def figures(text: str) -> list[str]:
    return re.findall(r"\d+(?:\.\d+)?", text)
