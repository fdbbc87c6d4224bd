"""How failed sign-ins are counted without letting anybody lock somebody else out. Pure.

A counter for the account alone would be a switch that turns off other people's accounts. So an
account is counted together with where the attempt comes from: a browser in which this account
has signed in before (it holds a secret cookie that we gave it), or else the client's address.
Addresses are counted by themselves as well, over all accounts; a known browser is spared that,
so a neighbour behind the same router cannot keep its owner out.
"""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from homepot.core.settings import Settings

_IPV6_HOME_PREFIX = 64


@dataclass(frozen=True)
class Counter:
    """One row of the throttle. `forgiven`: a right password sets it back to nothing."""

    key: bytes
    failures_max: int
    forgiven: bool


def network_of(address: str) -> str:
    """Who is behind an address: with IPv6 one home has a whole /64 of them."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, _IPV6_HOME_PREFIX), strict=False))


def counters(
    username_key: str, known_browser: bytes | None, address: str, settings: Settings
) -> list[Counter]:
    network = network_of(address)
    if known_browser is not None:
        key = _key("browser", username_key, known_browser.hex())
        return [Counter(key, settings.sign_in_failures_max, forgiven=True)]
    return [
        Counter(
            _key("account", username_key, network), settings.sign_in_failures_max, forgiven=True
        ),
        Counter(_key("address", network), settings.sign_in_address_failures_max, forgiven=False),
    ]


def _key(*parts: str) -> bytes:
    """Fixed in length, and the table says nothing about whose name was tried."""
    lengths = "".join(f"{len(part)}:{part}" for part in parts)
    return sha256(lengths.encode("utf-8", "surrogatepass")).digest()


def window_end(now: datetime, settings: Settings) -> datetime:
    return now + timedelta(seconds=settings.sign_in_window_s)


def wait_s(counter: Counter, failures: int, window_ends_at: datetime, now: datetime) -> float:
    """How long to wait before this attempt may be made; 0 for right now."""
    if failures <= counter.failures_max:
        return 0.0
    return max(1.0, (window_ends_at - now).total_seconds())
