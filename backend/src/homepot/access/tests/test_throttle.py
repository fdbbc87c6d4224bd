from datetime import UTC, datetime, timedelta

import pytest

from homepot.access.sign_in.throttle import Counter, counters, network_of, wait_s
from homepot.core.settings import Settings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SETTINGS = Settings()


def keys(name: str, browser: bytes | None, address: str) -> set[bytes]:
    return {one.key for one in counters(name, browser, address, SETTINGS)}


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_who_is_behind_an_address(address: str, network: str) -> None:
    assert network_of(address) == network


def test_an_account_is_never_counted_alone() -> None:
    assert not keys("ada", None, "192.0.2.1") & keys("ada", None, "192.0.2.2")
    assert not keys("ada", b"one", "192.0.2.1") & keys("ada", None, "192.0.2.1")
    assert not keys("ada", b"one", "192.0.2.1") & keys("ada", b"two", "192.0.2.1")


def test_a_known_browser_is_counted_wherever_it_is() -> None:
    assert keys("ada", b"one", "192.0.2.1") == keys("ada", b"one", "198.51.100.1")


def test_an_address_is_counted_over_all_accounts() -> None:
    shared = keys("ada", None, "192.0.2.1") & keys("bob", None, "192.0.2.1")
    assert len(shared) == 1


def test_parts_of_a_key_do_not_run_into_each_other() -> None:
    assert not keys("ada1", None, "92.0.2.1") & keys("ada", None, "192.0.2.1")


def test_waiting_begins_after_the_last_allowed_failure() -> None:
    counter = Counter(b"", failures_max=3, forgiven=True)
    end = NOW + timedelta(seconds=90)
    assert [wait_s(counter, n, end, NOW) for n in (1, 3, 4, 5)] == [0, 0, 90, 90]
    assert wait_s(counter, 4, NOW, NOW) == 1
