"""Where the server is, and whether what is said to it may travel in the clear."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit


class BadAddress(Exception):
    """The address of the server can not be used."""


@dataclass(frozen=True)
class Address:
    """A server's address, in parts."""

    encrypted: bool
    host: str
    port: int
    base_path: str

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = 443 if self.encrypted else 80
        return host if self.port == usual else f"{host}:{self.port}"

    def __str__(self) -> str:
        scheme = "https" if self.encrypted else "http"
        return f"{scheme}://{self.host_header}{self.base_path}"


def parse(text: str) -> Address:
    """Read an address as people write it.

    >>> str(parse("http://box:8000/")), str(parse("https://[::1]/homepot"))
    ('http://box:8000', 'https://[::1]/homepot')
    """
    parts = urlsplit(text.strip())
    if parts.scheme not in {"http", "https"}:
        raise BadAddress(
            f"{text!r} is not an address: write it as http://host:8000 or https://host"
        )
    if parts.username or parts.query or parts.fragment:
        raise BadAddress(f"{text!r} holds more than an address: leave out user, ? and #")
    try:
        port = parts.port
    except ValueError as error:
        raise BadAddress(f"{text!r} has no usable port: {error}") from error
    if not parts.hostname:
        raise BadAddress(f"{text!r} names no host")
    encrypted = parts.scheme == "https"
    return Address(
        encrypted, parts.hostname, port or (443 if encrypted else 80), parts.path.rstrip("/")
    )


def is_near(ip: str) -> bool:
    """Whether this is the device itself or a neighbour: no way over the internet leads there.

    >>> is_near("127.0.0.1"), is_near("10.1.2.3"), is_near("fe80::1%eth0"), is_near("8.8.8.8")
    (True, True, True, False)
    """
    try:
        address = ipaddress.ip_address(ip.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    near = mapped or address
    return bool(near.is_loopback or near.is_link_local or near.is_private)
