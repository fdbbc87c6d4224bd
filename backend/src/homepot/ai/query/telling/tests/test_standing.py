"""How a device is instead, where the answer is no."""

import pytest

from homepot.ai.query.answering.result import Answer, Kind, Named, Result
from homepot.ai.query.plan import (
    Ask,
    Attribute,
    Compare,
    Condition,
    Link,
    OfAttribute,
    OfHealth,
    OfLink,
    Plan,
)
from homepot.ai.query.telling.standing import stand

HEALTH = Condition(measure=OfHealth(aspect="status"), compare=Compare.IS, value="healthy")
ONLINE = Condition(measure=OfLink(aspect=Link.IS_ONLINE), compare=Compare.IS, value=False)
CARD = Condition(measure=OfAttribute(attribute=Attribute.TYPE), compare=Compare.IS, value="pump")


def told(condition: Condition, *statuses: str) -> str:
    devices = [Named("PUMP-1", "Pump", "Plant", status) for status in statuses]
    answer = Answer(Result(Kind.BOOLEAN, False), devices=devices)
    return stand(answer, Plan(ask=Ask.HOLDS, where=(condition,)))


@pytest.mark.parametrize(
    ("condition", "status", "said"),
    [
        (HEALTH, "critical", "Pump (PUMP-1) is in critical state"),
        (HEALTH, "warning", "Pump (PUMP-1) is not quite well: its health is warning"),
        (HEALTH, "online", "Pump (PUMP-1) has not been judged yet"),
        (HEALTH, "offline", "Pump (PUMP-1) is offline"),
        (ONLINE, "critical", "Pump (PUMP-1) is online"),
        (CARD, "critical", ""),
    ],
)
def test_it_says_how_it_is(condition: Condition, status: str, said: str) -> None:
    assert told(condition, status) == said


def test_of_several_it_says_nothing() -> None:
    assert told(HEALTH, "critical", "warning") == ""
