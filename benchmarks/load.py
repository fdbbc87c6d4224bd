"""Readers that ask the same over and over, and how long each answer took.

The client is as thin as it can be, plain sockets in threads: it shares the processor with what
is measured.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Load:
    """How long each answer took, and how long all of it."""

    took_ms: list[float]
    wall_s: float

    @property
    def per_second(self) -> float:
        return len(self.took_ms) / self.wall_s

    def percentile_ms(self, percent: float) -> float:
        ordered = sorted(self.took_ms)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def measure(reader: Callable[[], "Asker"], *, readers: int, asks: int, warm: int = 20) -> Load:
    """So many readers at once, each asking so many times after some that do not count."""
    took_ms: list[list[float]] = [[] for _ in range(readers)]
    gate = threading.Barrier(readers + 1)

    def read(mine: list[float]) -> None:
        with reader() as asker:
            try:
                for _ in range(warm):
                    asker.ask()
            except BaseException:
                gate.abort()  # nobody waits for one who gave up
                raise
            gate.wait()
            for _ in range(asks):
                began = time.perf_counter()
                asker.ask()
                mine.append((time.perf_counter() - began) * 1000)

    threads = [threading.Thread(target=read, args=(mine,)) for mine in took_ms]
    for thread in threads:
        thread.start()
    gate.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    wall_s = time.perf_counter() - began
    if any(len(mine) < asks for mine in took_ms):
        raise RuntimeError("a reader gave up; its message stands above")
    return Load([one for mine in took_ms for one in mine], wall_s)


class Asker:
    """One reader's connection."""

    def ask(self) -> None:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class HttpClient(Asker):
    """One connection that stays open."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def round_trip(self, request: bytes) -> None:
        """Send, and read the whole answer, which must be a success."""
        self._socket.sendall(request)
        came = b""
        while (end := came.find(b"\r\n\r\n")) < 0:
            came += self._more()
        head = came[:end].lower()
        if not head.startswith(b"http/1.1 20"):
            raise RuntimeError(came.decode(errors="replace")[:500])
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        left = length - (len(came) - end - 4)
        while left > 0:
            left -= len(self._more())

    def _more(self) -> bytes:
        came = self._socket.recv(262_144)
        if not came:
            raise RuntimeError("the server closed the connection")
        return came

    def close(self) -> None:
        self._socket.close()


class HttpAsker(HttpClient):
    """GET, again and again."""

    def __init__(self, port: int, path: str, token: str) -> None:
        super().__init__(port)
        self._request = (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n"
        ).encode()

    def ask(self) -> None:
        self.round_trip(self._request)


class HttpSender(HttpClient):
    """POST, each time the next of the requests that all senders share."""

    def __init__(self, port: int, requests: Iterator[bytes]) -> None:
        super().__init__(port)
        self._requests = requests

    def ask(self) -> None:
        self.round_trip(next(self._requests))


def post(path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """A whole request, ready to be sent."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
