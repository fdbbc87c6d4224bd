"""The whole product in a network of its own that leads nowhere, and what tried to leave it.

`make offline`: a network namespace of Linux with loopback alone, and beside it a way out for
everything else that ends here: whatever is sent there is written down. The product is started with
a simulated fleet, asked, backed up and stopped in it, and its pages are opened in a real browser.
"""

import argparse
import contextlib
import fcntl
import ipaddress
import os
import shutil
import socket
import struct
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Lock, Thread

import httpx
from rich.console import Console
from rich.table import Table

from chaos.stage import HOMEPOT, folder_of_its_own, free_port, until
from homepot.core.embedded_postgres import EmbeddedPostgres

BACKEND = Path(__file__).resolve().parent.parent / "backend"
INSIDE = "OFFLINE_INSIDE"
BROWSER_TESTS = ("test_first_page.py", "test_overview_and_ask.py", "test_device_page.py")
_TUN, _NO_PACKET_INFO, _SET_INTERFACE = 0x0001, 0x1000, 0x400454CA
_SET_UP = "elsewhere"
_FAR = ("192.0.2.1", 9)  # an address for documents: nobody is there
_PACKET_BYTES = 65_535
_ICMP6, _HOP_BY_HOP = 58, 0
_NAMES_PORT = 53


class NotPossible(Exception):
    """It cannot be tried here; the message says why."""


class Recorder:
    """Everything that is sent beyond this machine, by where to; and names that are asked for."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._found: Counter[str] = Counter()
        self._stop = Event()

    def begin(self) -> None:
        tun = _way_out()
        names = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.ntohs(3))
        names.bind(("lo", 0))
        readers = [(lambda: os.read(tun, _PACKET_BYTES), self._sent), (_reader(names), self._near)]
        for read, note in readers:
            Thread(target=_forever, args=(read, note), daemon=True).start()

    def taken(self) -> Counter[str]:
        """What was found since it was last asked."""
        with self._lock:
            found, self._found = self._found, Counter()
        return found

    def _sent(self, packet: bytes) -> None:
        words = where_to(packet)
        if words is not None:
            with self._lock:
                self._found[words] += 1

    def _near(self, packet: bytes) -> None:
        """On loopback only questions for names count: they would be answered by asking further."""
        words = where_to(packet)
        if words is not None and words.endswith(f":{_NAMES_PORT}"):
            with self._lock:
                self._found[f"a name asked of {words}"] += 1


def where_to(packet: bytes) -> str | None:
    """Protocol, address and port of a packet; None for what the system's kernel says to its own
    neighbours about itself.

    >>> where_to(bytes.fromhex("4500001c000000004011000000000000c0000201") + bytes([0, 9, 0, 53]))
    'UDP 192.0.2.1:53'
    """
    version = packet[0] >> 4 if packet else 0
    if version == 4:
        protocol, address = packet[9], ipaddress.ip_address(packet[16:20])
        rest = packet[(packet[0] & 15) * 4 :]
    elif version == 6:
        protocol, address = packet[6], ipaddress.ip_address(packet[24:40])
        rest = packet[40:]
        if protocol in (_ICMP6, _HOP_BY_HOP) and address.is_multicast:
            return None
    else:
        return None
    name = {6: "TCP", 17: "UDP"}.get(protocol)
    if name is None:
        return f"protocol {protocol} {address}"
    port = int.from_bytes(rest[2:4])
    return f"{name} {address}:{port}" if version == 4 else f"{name} [{address}]:{port}"


def _reader(names: socket.socket) -> Callable[[], bytes]:
    return lambda: names.recv(_PACKET_BYTES)


def _forever(read: Callable[[], bytes], note: Callable[[bytes], None]) -> None:
    while True:
        note(read())


def _way_out() -> int:
    """An interface whose packets are read here, and every route over it."""
    try:
        tun = os.open("/dev/net/tun", os.O_RDWR)
        asked = struct.pack("16sH22x", _SET_UP.encode(), _TUN | _NO_PACKET_INFO)
        fcntl.ioctl(tun, _SET_INTERFACE, asked)
    except OSError as error:
        raise NotPossible(f"no interface can be made in /dev/net/tun: {error.strerror}") from error
    for words in (
        "link set lo up",
        f"link set {_SET_UP} up",
        f"addr add 198.51.100.1/32 dev {_SET_UP}",
        f"route add default dev {_SET_UP}",
    ):
        _ip(words)
    with contextlib.suppress(NotPossible):  # a kernel without IPv6 sends nothing by it
        _ip(f"-6 addr add 2001:db8::1/128 dev {_SET_UP} nodad")
        _ip(f"-6 route add default dev {_SET_UP}")
    return tun


def _ip(words: str) -> None:
    program = shutil.which("ip", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if program is None:
        raise NotPossible("the program ip is missing (Debian: iproute2)")
    done = subprocess.run(  # noqa: S603
        [program, *words.split()], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NotPossible(f"ip {words}: {done.stderr.strip()}")


# -- what is done in it ------------------------------------------------------------------------


class Visit:
    """Somebody who starts the product and looks at all of it."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self._data = folder / "my data"
        self._port, self._model_port = free_port(), free_port()
        self._log = folder / "said.log"
        self._say = say

    @contextmanager
    def product(self) -> Iterator[None]:
        with self._log.open("wb") as said:
            process = subprocess.Popen(  # noqa: S603
                [str(HOMEPOT), "up", "--demo"],
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
            )
        try:
            until(lambda: self._is_whole(process), "the product is ready", 1200)
            yield
        finally:
            process.terminate()
            process.wait(300)
            EmbeddedPostgres(self._data).remove()

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return {
            **kept,
            "HOMEPOT_DATA": str(self._data),
            "HOMEPOT_PORT": str(self._port),
            "HOMEPOT_MODEL_SERVER_PORT": str(self._model_port),
            "COLUMNS": "200",
        }

    def _is_whole(self, process: "subprocess.Popen[bytes]") -> bool:
        if process.poll() is not None:
            raise RuntimeError(self._log.read_text(errors="replace")[-2000:])
        with contextlib.suppress(httpx.HTTPError):
            url = f"http://127.0.0.1:{self._port}/api/health/ready"
            return httpx.get(url, timeout=10).status_code == httpx.codes.OK
        return False

    def ask(self) -> None:
        for words in (
            ["doctor"],
            ["ask", "How many devices are there?"],
            ["ask", "Which devices are offline?"],
            ["backup", str(self._data.parent / "backups")],
        ):
            done = subprocess.run(  # noqa: S603
                [str(HOMEPOT), *words],
                env=self._environment(),
                capture_output=True,
                text=True,
                check=False,
            )
            self._say(f"homepot {' '.join(words)}: {_last_line(done)}")

    def pages(self) -> None:
        done = subprocess.run(  # noqa: S603
            [
                sys.executable,
                *("-m", "pytest", "-q", "-p", "no:cacheprovider"),
                *(f"tests/browser/{name}" for name in BROWSER_TESTS),
            ],
            cwd=BACKEND,
            capture_output=True,
            text=True,
            check=False,
        )
        self._say(f"pages in a browser: {_last_line(done)}")
        if done.returncode:
            raise RuntimeError((done.stdout + done.stderr)[-4000:])


def _last_line(done: "subprocess.CompletedProcess[str]") -> str:
    lines = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    return lines[-1] if lines else f"ended with {done.returncode}"


def inside(console: Console, *, with_pages: bool) -> int:
    recorder = Recorder()
    recorder.begin()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.sendto(b"is this written down?", _FAR)
    until(lambda: recorder.taken()[f"UDP {_FAR[0]}:{_FAR[1]}"], "what is sent out is written down")
    found: list[tuple[str, float, Counter[str]]] = []
    with folder_of_its_own() as folder:
        visit = Visit(folder, lambda words: console.print(words, highlight=False))
        began_s = time.monotonic()

        def ended(what: str) -> None:
            nonlocal began_s
            found.append((what, time.monotonic() - began_s, recorder.taken()))
            began_s = time.monotonic()

        with visit.product():
            ended("homepot up --demo, until it is ready")
            visit.ask()
            ended("doctor, questions, a backup")
        ended("stopping")
        if with_pages:
            visit.pages()
            ended("browser tests")
    return _show(found, console)


def _show(found: list[tuple[str, float, Counter[str]]], console: Console) -> int:
    table = Table("what", "took", "packets that wanted to leave")
    for what, took_s, packets in found:
        table.add_row(what, f"{took_s:.0f} s", str(packets.total()))
    console.print(table)
    for what, _, packets in found:
        for words, times in packets.most_common(20):
            console.print(f"{what}: {words}, {times} times", highlight=False)
    return int(any(packets for _, _, packets in found))


def main() -> int:
    """0: nothing tried to leave; 1: something did; 2: it could not be tried here."""
    parser = argparse.ArgumentParser(prog="offline", description=__doc__)
    parser.add_argument("--without-pages", action="store_true", help="no browser tests")
    given = parser.parse_args()
    console = Console()
    if INSIDE in os.environ:
        try:
            return inside(console, with_pages=not given.without_pages)
        except NotPossible as why:
            console.print(f"This cannot be tried here: {why}.", highlight=False)
            return 2
    unshare = shutil.which("unshare")
    if unshare is None or os.geteuid():
        console.print("This takes root and Linux: it makes a network of its own (unshare --net).")
        return 2
    words = [unshare, "--net", sys.executable, "-m", "chaos.offline", *sys.argv[1:]]
    surroundings = {**os.environ, INSIDE: "1"}
    return subprocess.run(words, env=surroundings, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
