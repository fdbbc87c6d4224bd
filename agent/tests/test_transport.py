"""The real door, against servers that behave as servers do on a bad day. Loopback alone."""

from __future__ import annotations

import contextlib
import gzip
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from homepot_agent import transport as door
from homepot_agent.address import BadAddress, is_near, parse
from homepot_agent.clock import SystemClock
from homepot_agent.spool.records import Report
from homepot_agent.transport import HttpTransport, Unreachable
from homepot_agent.wire import Server
from stub_server import DEVICE, KEY, StubServer, serving

MAKE_CERTIFICATE = ["openssl", "req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"]
MAKE_CERTIFICATE += ["-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=localhost"]
MAKE_CERTIFICATE += ["-addext", "subjectAltName=DNS:localhost"]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@contextlib.contextmanager
def raw_server(talk: Callable[[socket.socket, int], None]) -> Iterator[str]:
    """`talk` gets each connection, numbered."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        number = 0
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, contextlib.suppress(OSError):
                    talk(connection, number)
                number += 1

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        # closing alone does not end an accept that is under way
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def to(url: str, timeout_s: float = 2.0) -> HttpTransport:
    return HttpTransport(parse(url), timeout_s=timeout_s)


def read_request(connection: socket.socket) -> bytes:
    content = b""
    while b"\r\n\r\n" not in content:
        piece = connection.recv(65536)
        if not piece:
            raise OSError
        content += piece
    return content


def reason(talk: Callable[[socket.socket, int], None], timeout_s: float = 2.0) -> str:
    with raw_server(talk) as url, contextlib.closing(to(url, timeout_s)) as line:
        with pytest.raises(Unreachable) as caught:
            line.request("GET", "/", None, {})
        return str(caught.value)


def test_keeps_its_connection() -> None:
    numbers: list[int] = []

    def talk(connection: socket.socket, number: int) -> None:
        for _ in range(3):
            read_request(connection)
            numbers.append(number)
            connection.sendall(OK)

    with raw_server(talk) as url, contextlib.closing(to(url)) as line:
        for _ in range(3):
            assert line.request("GET", "/", None, {}).body == b"{}"
    assert numbers == [0, 0, 0]


def test_a_kept_connection_that_was_closed_is_opened_again() -> None:
    def talk(connection: socket.socket, number: int) -> None:
        read_request(connection)
        connection.sendall(OK)

    with raw_server(talk) as url, contextlib.closing(to(url)) as line:
        for _ in range(3):
            assert line.request("GET", "/", None, {}).status == 200


def test_a_request_on_a_fresh_connection_is_never_said_twice() -> None:
    """Enrolment makes a device each time it is heard."""
    heard: list[int] = []

    def talk(connection: socket.socket, number: int) -> None:
        read_request(connection)
        heard.append(number)

    assert "cut the connection" in reason(talk)
    assert heard == [0]


def test_says_why() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(Unreachable, match="nothing listens at 127"):
        to(f"http://127.0.0.1:{port}").request("GET", "/", None, {})

    def torn(connection: socket.socket, number: int) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")

    def noise(connection: socket.socket, number: int) -> None:
        connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
        read_request(connection)

    assert "broke off" in reason(torn)
    assert "not HTTP" in reason(noise)


def test_a_silent_server_is_given_up() -> None:
    def silent(connection: socket.socket, number: int) -> None:
        read_request(connection)
        connection.recv(1)

    assert "in time" in reason(silent, timeout_s=0.05)


def test_an_endless_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "ANSWER_BYTES_MAX", 1000)

    def endless(connection: socket.socket, number: int) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 4096)

    assert "larger" in reason(endless)


def test_speaks_with_a_server_over_http() -> None:
    clock = SystemClock()
    stub = StubServer(clock.wall_us)
    with serving(stub) as url, contextlib.closing(to(url)) as line:
        server = Server(line, clock, DEVICE, KEY)
        server.heartbeat()
        reports = [Report(n, clock.wall_us() + n, b'{"cpu_percent":1.5}') for n in range(50)]
        assert server.send(reports).stored == 50
        assert server.send(reports).repeated == 50
        assert server.ahead_us is not None
        assert abs(server.ahead_us) < 5_000_000
        assert line.latency_ms() is not None
        assert line.local_address() == "127.0.0.1"


def test_nothing_is_said_in_the_clear_to_far_away(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[bytes] = []

    def talk(connection: socket.socket, number: int) -> None:
        heard.append(connection.recv(100))

    monkeypatch.setattr(door, "is_near", lambda ip: False)
    assert "use https" in reason(talk)
    assert not any(heard)

    def answer(connection: socket.socket, number: int) -> None:
        read_request(connection)
        connection.sendall(OK)

    with raw_server(answer) as url:
        line = HttpTransport(parse(url), insecure_http=True, timeout_s=2.0)
        assert line.request("GET", "/", None, {}).status == 200
        line.close()


@pytest.mark.parametrize(
    ("ip", "near"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("192.168.1.4", True),
        ("172.16.0.1", True),
        ("fd00::1", True),
        ("::ffff:10.0.0.1", True),
        ("172.32.0.1", False),
        ("8.8.8.8", False),
        ("2001:4860:4860::8888", False),
        ("::ffff:8.8.8.8", False),
        ("not an address", False),
    ],
)
def test_knows_what_is_near(ip: str, near: bool) -> None:
    assert is_near(ip) is near


@pytest.mark.parametrize(
    "text", ["host:8000", "ftp://host", "http://", "http://h:99999", "http://me:pw@h", "http://h?x"]
)
def test_refuses_what_is_no_address(text: str) -> None:
    with pytest.raises(BadAddress):
        parse(text)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes its certificate with openssl")
def test_encrypted_only_with_a_certificate_that_is_trusted(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        [*MAKE_CERTIFICATE, "-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def talk(connection: socket.socket, number: int) -> None:
        with context.wrap_socket(connection, server_side=True) as wrapped:
            read_request(wrapped)
            wrapped.sendall(OK)

    with raw_server(talk) as url:
        secure = parse(url.replace("http://127.0.0.1", "https://localhost"))
        with pytest.raises(Unreachable, match=r"not trusted.*--ca"):
            HttpTransport(secure, timeout_s=2.0).request("GET", "/", None, {})
        line = HttpTransport(secure, ca=certificate, timeout_s=2.0)
        for _ in range(3):  # the server ends the connection after each
            assert line.request("GET", "/", None, {}).status == 200
        line.close()
        other = parse(url.replace("http://", "https://"))
        with pytest.raises(Unreachable, match="not trusted"):
            HttpTransport(other, ca=certificate, timeout_s=2.0).request("GET", "/", None, {})


def test_a_batch_is_packed_as_the_contract_has_it() -> None:
    sent: list[tuple[bytes, str]] = []

    class Line:
        def request(self, method: str, path: str, body: bytes | None, headers: dict[str, str]):
            sent.append((body or b"", headers.get("Content-Encoding", "")))
            raise Unreachable("enough")

    server = Server(Line(), SystemClock(), DEVICE, KEY)  # type: ignore[arg-type]
    for count in (1, 100):
        with pytest.raises(Unreachable):
            server.send([Report(n, n, b'{"cpu_percent":1.5}') for n in range(count)])
    (plain, no_encoding), (packed, encoding) = sent
    assert no_encoding == ""
    assert plain == (
        b'{"readings":[{"timestamp":"1970-01-01T00:00:00.000000Z","metrics":{"cpu_percent":1.5}}]}'
    )
    assert encoding == "gzip"
    assert gzip.decompress(packed).count(b"timestamp") == 100
