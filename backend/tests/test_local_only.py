"""Law 1 in the tests themselves: nothing that runs here may reach beyond this machine."""

import socket

import pytest

# Addresses that are kept for documents: nobody is there, and nobody is to be asked.
FAR = [("192.0.2.1", socket.AF_INET), ("2001:db8::1", socket.AF_INET6)]


@pytest.mark.parametrize(("address", "family"), FAR)
def test_a_socket_to_elsewhere_is_refused_before_it_opens(
    address: str, family: socket.AddressFamily
) -> None:
    with (
        socket.socket(family) as outward,
        pytest.raises(PermissionError, match="only loopback is allowed"),
    ):
        outward.connect((address, 9))


def test_loopback_is_open() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=5) as inward,
    ):
        assert inward.getpeername() == server.getsockname()
