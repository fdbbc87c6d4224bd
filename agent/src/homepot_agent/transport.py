"""The one door to the network: a request goes out, an answer or `Unreachable` comes back."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from homepot_agent.address import Address, is_near

ANSWER_BYTES_MAX = 4 * 1024 * 1024
_PIECE_BYTES = 64 * 1024
LATENCY_TIMEOUT_S = 5.0
# How a connection shows that the other side has ended it, http.client's own way included.
CUT = (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)


@dataclass(frozen=True)
class Answer:
    """What a server said. Names of headers are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Unreachable(Exception):
    """No answer came; the text says why, for people."""


class Transport(Protocol):
    """How requests travel. `HttpTransport` is the real one; tests bring their own."""

    def request(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        """Send and wait for the answer, whatever its status; raise Unreachable without one."""

    def latency_ms(self) -> float | None:
        """How long the way to the server is; None where it can not be reached."""

    def local_address(self) -> str | None:
        """The address of this device that faces the server; None while no way leads there."""

    def close(self) -> None:
        """Let go of the connection."""


def tls_context(ca: Path | None) -> ssl.SSLContext:
    """Trust what the system trusts, or what the owner says instead."""
    return ssl.create_default_context(cafile=str(ca) if ca else None)


class HttpTransport:
    """HTTP/1.1 over one kept connection; for one thread. No proxies, no redirects."""

    def __init__(
        self,
        address: Address,
        *,
        ca: Path | None = None,
        insecure_http: bool = False,
        timeout_s: float = 15.0,
    ) -> None:
        self._address = address
        self._may_be_far = address.encrypted or insecure_http
        self._timeout_s = timeout_s
        self._tls = tls_context(ca) if address.encrypted else None
        self._connection: http.client.HTTPConnection | None = None
        # where the server was found last: measuring and looking need no name look-up
        self._target: tuple[int, Any] | None = None

    def request(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        kept = self._connection is not None
        try:
            return self._exchange(method, path, body, headers)
        except CUT as error:
            self.close()
            if not kept:
                raise Unreachable(_reason(error, self._address)) from error
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Unreachable(_reason(error, self._address)) from error
        # A server may close a kept connection at any time; a new one tells whether it is there.
        try:
            return self._exchange(method, path, body, headers)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Unreachable(_reason(error, self._address)) from error

    def _exchange(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        connection = self._connection or self._connect()
        connection.request(method, self._address.base_path + path, body, dict(headers))
        response = connection.getresponse()
        try:
            content = self._content(response)
        finally:
            response.close()  # of the answer; the connection itself is kept
        if response.will_close:
            self.close()
        return Answer(
            response.status, {name.lower(): value for name, value in response.getheaders()}, content
        )

    def _content(self, response: http.client.HTTPResponse) -> bytes:
        """The whole body, within a limit of size and of time however slowly it drips."""
        give_up_s = time.monotonic() + 2 * self._timeout_s
        content = bytearray()
        while piece := response.read1(_PIECE_BYTES):
            content += piece
            if len(content) > ANSWER_BYTES_MAX:
                raise http.client.HTTPException("the answer is larger than any that is expected")
            if time.monotonic() > give_up_s:
                raise TimeoutError("the answer took too long")
        if response.length:
            raise http.client.IncompleteRead(bytes(content), response.length)
        return bytes(content)

    def _connect(self) -> http.client.HTTPConnection:
        raw = self._open()
        connection = http.client.HTTPConnection(
            self._address.host, self._address.port, timeout=self._timeout_s
        )
        connection.sock = raw
        if self._tls is not None:
            try:
                connection.sock = self._tls.wrap_socket(raw, server_hostname=self._address.host)
            except OSError:
                raw.close()
                raise
        self._connection = connection
        return connection

    def _open(self) -> socket.socket:
        where = (self._address.host, self._address.port)
        raw = socket.create_connection(where, self._timeout_s)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not self._may_be_far and not is_near(raw.getpeername()[0]):
            peer = raw.getpeername()[0]
            raw.close()
            raise InTheClear(peer)
        self._target = (raw.family, raw.getpeername())
        return raw

    def latency_ms(self) -> float | None:
        """The time of one TCP handshake with the address last connected to."""
        if self._target is None:
            return None
        family, target = self._target
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.settimeout(LATENCY_TIMEOUT_S)
                started_ns = time.perf_counter_ns()
                probe.connect(target)
                return (time.perf_counter_ns() - started_ns) / 1e6
        except OSError:
            return None

    def local_address(self) -> str | None:
        """Ask the routing table; connecting a datagram socket sends nothing."""
        if self._target is None:
            return None
        family, target = self._target
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect(target)
                return str(probe.getsockname()[0])
        except OSError:
            return None

    def close(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.close()
            self._connection = None


class InTheClear(OSError):
    """The server is far away and the connection is not encrypted."""


def _reason(error: Exception, address: Address) -> str:
    """The sentence that tells a person what to look at."""
    where = address.host_header
    if isinstance(error, InTheClear):
        return (
            f"{where} is {error}, outside of the private network, and plain http would show the"
            " device's key to everybody on the way: use https, or --insecure-http if you must"
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"the certificate of {where} is not trusted ({error.verify_message}): "
            "give its authority with --ca, or install it in the system"
        )
    if isinstance(error, ssl.SSLError):
        return f"no encrypted connection to {where} ({error.reason}): does it speak https there?"
    if isinstance(error, socket.gaierror):
        return f"the name {address.host} can not be looked up: is the network up, the name right?"
    if isinstance(error, ConnectionRefusedError):
        return f"nothing listens at {where}: is the server running, is the port right?"
    if isinstance(error, (TimeoutError, socket.timeout)):
        return f"no answer from {where} in time"
    if isinstance(error, (http.client.RemoteDisconnected, ConnectionError)):
        return f"{where} cut the connection"
    if isinstance(error, http.client.HTTPException):
        return f"what {where} answered is not HTTP, or broke off ({type(error).__name__} {error})"
    return f"{where} can not be reached: {error.strerror if isinstance(error, OSError) else error}"
