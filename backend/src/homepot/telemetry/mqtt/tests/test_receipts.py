"""How many receipts there are, and which are forgotten."""

from homepot.telemetry.mqtt.receipts import Receipts

PACKETS = 65_535  # as many numbers as MQTT has


def came(receipts: Receipts, packet: int, at_us: int, *, repeat: bool = False) -> int:
    return receipts.moment_us(
        packet, repeat=repeat, topic="t", payload=b"%d" % packet, came_us=at_us
    )


def test_there_are_never_more_than_numbers() -> None:
    receipts = Receipts()
    for n in range(2 * PACKETS + 100):
        came(receipts, n % PACKETS + 1, n)
    assert len(receipts) == len(receipts.unsaved()) == PACKETS


def test_what_is_old_and_saved_is_forgotten() -> None:
    receipts = Receipts()
    came(receipts, 1, 10)
    receipts.saved(receipts.unsaved())
    came(receipts, 2, 11)
    came(receipts, 3, 20)
    receipts.forget(15)
    assert len(receipts) == 2
    assert came(receipts, 2, 99, repeat=True) == 11  # not saved yet: it may still come again
    assert came(receipts, 3, 99, repeat=True) == 20
    assert came(receipts, 1, 99, repeat=True) == 99
