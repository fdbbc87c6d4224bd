"""The picture of a fleet, from counts."""

from homepot.ai.incidents.service import Standing
from homepot.fleet.devices.service import Tally
from homepot.overview.logic import picture


def test_the_whole_is_the_sum_of_its_sites() -> None:
    numbers, trouble, sites = picture(
        [
            Tally("S1", "North", "online", "healthy", 5, 1),
            Tally("S1", "North", "offline", "unknown", 2, 0),
            Tally("S2", "South", "online", "warning", 3, 3),
        ],
        [
            Standing("S2", "South", "critical", "open", 2),
            Standing("S2", "South", "critical", "confirmed", 1),
        ],
    )
    assert (numbers.devices, numbers.simulated) == (10, 4)
    assert numbers.connectivity == {"online": 8, "offline": 2, "unknown": 0}
    assert numbers.health["healthy"] == 5
    assert (trouble.critical, trouble.confirmed) == (3, 1)
    assert sum(one.numbers.devices for one in sites) == numbers.devices


def test_the_worst_site_comes_first_and_equal_ones_by_name() -> None:
    well = [Tally(one, one, "online", "healthy", 9, 0) for one in ("b", "A", "c")]
    offline = Tally("off", "off", "offline", "unknown", 1, 0)
    warned = Tally("warned", "warned", "online", "warning", 1, 0)
    struck = Standing("struck", "struck", "critical", "open", 1)
    _, _, sites = picture([*well, offline, warned], [struck])
    assert [one.name for one in sites] == ["struck", "warned", "off", "A", "b", "c"]
