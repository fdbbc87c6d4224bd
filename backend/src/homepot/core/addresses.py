"""Addresses as people write them. ValueError says what is wrong, and shows nothing secret."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from pydantic import SecretStr


def database_url(value: SecretStr) -> SecretStr:
    """One spelling for all the ways tools write a PostgreSQL address."""
    url = value.get_secret_value()
    match = re.match(r"postgres(?:ql)?(?:\+\w+)?://", url)
    if match is None or "\0" in url or any(c.isspace() for c in url):
        raise ValueError("not the address of a PostgreSQL database")
    rest = url[match.end() :]
    if not _port_is_right(rest):
        raise ValueError("the port in it is not a number from 1 to 65535")
    return SecretStr("postgresql://" + rest)


def _port_is_right(rest: str) -> bool:
    try:
        port = urlsplit("//" + rest).port
    except ValueError:
        return False
    return port is None or port >= 1


def public_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("not a full web address")
    if not _port_is_right(parts.netloc):
        raise ValueError("the port in it is not a number from 1 to 65535")
    if parts.path not in {"", "/"} or parts.query or parts.fragment or parts.username:
        raise ValueError("only scheme, host and port may stand in it")
    return f"{parts.scheme}://{parts.netloc}".lower()


def mqtt_url(value: SecretStr) -> SecretStr:
    url = value.get_secret_value()
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError("not the address of a broker") from None
    if parts.scheme not in {"mqtt", "mqtts"} or not parts.hostname or re.search(r"[\s\0]", url):
        raise ValueError("not the address of a broker")
    if not _port_is_right(parts.netloc):
        raise ValueError("the port in it is not a number from 1 to 65535")
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ValueError("only user, password, host and port may stand in it")
    if parts.password and not parts.username:
        raise ValueError("a password needs a user before it")
    return value


def host(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._:%-]+", value):
        raise ValueError("not a host name or an address")
    return value


def is_loopback(address: str) -> bool:
    """Whether it is this machine that speaks.

    >>> [is_loopback(one) for one in ("127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.7", "")]
    [True, True, True, False, False]
    """
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return bool((mapped or found).is_loopback)
