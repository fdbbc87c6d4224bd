"""`homepot-agent doctor`: look at everything the agent needs, and say what to do where it lacks."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from homepot_agent import identity, places
from homepot_agent.address import BadAddress
from homepot_agent.agent import http_transport
from homepot_agent.clock import SystemClock
from homepot_agent.collect import Collector
from homepot_agent.config import Config
from homepot_agent.enrol import folder_is_open
from homepot_agent.identity import Identity, NotEnrolled
from homepot_agent.spool import recovery
from homepot_agent.stamps import clock_is_set
from homepot_agent.tell import reports
from homepot_agent.transport import Unreachable
from homepot_agent.wire import NotAdmitted, Server, Trouble

ROOM_BYTES_MIN = 100_000_000
CLOCK_WRONG_S_MIN = 60.0


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    good: bool
    sentence: str


def examine(config: Config, folder: Path) -> Iterator[Finding]:
    """Everything in turn; what depends on something bad is left out."""
    yield from _state(folder)
    yield from _measuring(config)
    try:
        who = identity.load(places.identity_file(folder))
    except NotEnrolled as error:
        yield Finding(False, str(error))
        return
    yield Finding(True, f"Enrolled as {who.device_id} at {who.server}.")
    yield from _server(config, who)


def _state(folder: Path) -> Iterator[Finding]:
    if not folder.exists():
        yield Finding(True, f"{folder} is not there yet; enrolling makes it.")
        return
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        yield Finding(False, f"{folder} can not be written: {error.strerror}.")
        return
    if folder_is_open(folder):
        yield Finding(False, f"Others may look into {folder}: chmod 700 it.")
    free = shutil.disk_usage(folder).free
    yield Finding(
        free > ROOM_BYTES_MIN, f"The disk of {folder} has {free / 1e6:.0f} MB of room left."
    )
    spool = places.spool_folder(folder)
    if spool.is_dir():
        found = recovery.look(spool)
        yield Finding(
            not found.damaged,
            f"In the spool: {reports(len(found.waiting))}, damaged: {found.damaged}.",
        )


def _measuring(config: Config) -> Iterator[Finding]:
    metrics = Collector(config.disk_path).measure()
    yield Finding(bool(metrics), f"Measures {', '.join(sorted(metrics))}.")
    good = clock_is_set(SystemClock().wall_us())
    yield Finding(good, "The clock is set." if good else "The clock is not set: set it first.")


def _clock(behind_s: float, open_s: float) -> Finding:
    """
    >>> _clock(0.0, 2.004).sentence
    "The clock agrees with the server's; a difference under 2 s would not show."
    >>> _clock(-75.2, 2.0)
    Finding(good=False, sentence="The clock is 75 s ahead of the server's: set it.")
    """
    if not behind_s:
        shown = f"a difference under {open_s:.0f} s would not show"
        return Finding(True, f"The clock agrees with the server's; {shown}.")
    where = "behind" if behind_s > 0 else "ahead of"
    good = abs(behind_s) < CLOCK_WRONG_S_MIN
    told = f"The clock is {abs(behind_s):.0f} s {where} the server's"
    return Finding(good, f"{told}." if good else f"{told}: set it.")


def _server(config: Config, who: Identity) -> Iterator[Finding]:
    try:
        transport = http_transport(config, who)
    except (OSError, BadAddress) as error:
        yield Finding(False, f"The server's address or certificate file can not be used: {error}.")
        return
    server = Server(transport, SystemClock(), who.device_id, who.api_key)
    try:
        standing = server.standing()
    except Unreachable as error:
        yield Finding(False, f"The server can not be reached: {error}.")
        return
    except NotAdmitted as error:
        remedy = (
            "take over its new key with `homepot-agent key`, or enrol --again"
            if error.by_key
            else "somebody has to activate it on the server"
        )
        yield Finding(False, f"The server does not accept this device ({error}): {remedy}.")
        return
    except Trouble as error:
        yield Finding(False, f"The server answers, but not as HOMEPOT does: {error}.")
        return
    finally:
        transport.close()
    lifecycle = standing.get("lifecycle_state", "unknown")
    yield Finding(lifecycle == "active", f"The server knows this device; it is {lifecycle} there.")
    if server.ahead_us is not None:
        yield _clock(server.ahead_us / 1e6, server.ahead_open_us / 1e6)
    latency_ms = transport.latency_ms()
    if latency_ms is not None:
        yield Finding(True, f"The server is {latency_ms:.1f} ms away.")
