"""What a small model wrote for facts like these, and what may be shown of it."""

import pytest

from homepot.ai.llm.gate import Facts, retells

NAMES = {
    "Gateway": "DEVICE-AEQX-Z8BK-ZDAF",
    "Conveyor A": "DEVICE-KFMC-EBJA-ABDB",
    "Conveyor B": "DEVICE-M4B5-DBWX-DXSD",
}
DEVICES = tuple(NAMES.values())
STATUS = "The status of all devices: 40 devices, 40 online, 38 healthy, 2 warning."
FLEET = Facts(
    [
        STATUS,
        "Gateway (DEVICE-AEQX-Z8BK-ZDAF) is warning.",
        "Conveyor A (DEVICE-KFMC-EBJA-ABDB) is healthy.",
    ],
    devices=DEVICES,
    same=NAMES,
    finding=STATUS,
)
TWO = "2 devices are not healthy: Gateway (DEVICE-AEQX-Z8BK-ZDAF) and Conveyor B."
UNHEALTHY = Facts([TWO], devices=DEVICES, same=NAMES, finding=TWO)
HIGH = (
    "The maximum temperature: Conveyor B (DEVICE-M4B5-DBWX-DXSD) 41.2 °C, and"
    " Conveyor A (DEVICE-KFMC-EBJA-ABDB) 38 °C."
)
HOTTEST = Facts([HIGH], devices=DEVICES, terms=["temperature"], same=NAMES, finding=HIGH)


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("All 40 devices are online, 38 are healthy.", FLEET),
        ("There are 40 devices; Gateway (DEVICE-AEQX-Z8BK-ZDAF) is warning.", FLEET),
        ("2 devices are not healthy: Gateway and Conveyor B.", UNHEALTHY),
        ("Two devices are not healthy.", UNHEALTHY),
        ("Conveyor B reached the maximum temperature, 41.2 °C.", HOTTEST),
    ],
)
def test_a_retelling_in_the_words_of_the_facts_is_shown(text: str, facts: Facts) -> None:
    assert retells(text, facts).reasons == ()


@pytest.mark.parametrize(
    ("text", "facts", "reason"),
    [
        (
            "I'm glad to hear that you're enjoying your new insulin treatment!",
            FLEET,
            "'glad' is no word of the facts",
        ),
        ("I'm sorry for any confusion.", FLEET, "'sorry' is no word of the facts"),
        ("I'm sorry", FLEET, "it does not say what was found"),
        (
            "40 devices: look at Gateway (DEVICE-AEQX-ZDAF) is healthy now.",
            FLEET,
            "DEVICE-AEQX-ZDAF is not in the facts",
        ),
        ("40 devices; Gateway is healthy now.", FLEET, "'healthy' is not said of gateway"),
        ("The devices are healthy.", FLEET, "it does not say what was found"),
        ("The devices are not healthy, and so on.", UNHEALTHY, "it does not say what was found"),
        ("All 40 devices are not online.", FLEET, "it denies what the facts do not deny"),
        (
            "The maximum was 41.2 °C: Conveyor A (DEVICE-M4B5-DBWX-DXSD).",
            HOTTEST,
            "A (DEVICE-M4B5-DBWX-DXSD) are not together in the facts",
        ),
        ("You should look after the 40 devices.", FLEET, "'You' is no word of the facts"),
    ],
)
def test_what_the_facts_do_not_say_is_not_shown(text: str, facts: Facts, reason: str) -> None:
    assert reason in retells(text, facts).reasons


def test_what_was_found_must_be_said_first() -> None:
    assert not retells("Conveyor A is healthy. 40 devices are online.", FLEET)
