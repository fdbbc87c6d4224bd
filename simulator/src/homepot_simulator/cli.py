"""The command `homepot-simulator`."""

import argparse
import json
import logging
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any, Final

from homepot_simulator.client import Server
from homepot_simulator.enrol import Credentials
from homepot_simulator.errors import SimulatorError
from homepot_simulator.export import export_fleet
from homepot_simulator.faults import FAULTS
from homepot_simulator.fleet import make_fleet
from homepot_simulator.inject import as_text, parse_injection
from homepot_simulator.noise import SECOND_US
from homepot_simulator.run import Options, Runner
from homepot_simulator.state import State

_log: Final = logging.getLogger(__name__)
_COMMANDS: Final = ("run", "inject", "export")
# a fault added to a simulator at work begins when its next readings have been taken
_BEGINS_IN_S: Final = 2

_ENVIRONMENT: Final = f"""
Environment, for what should not stand on a command line:
  SIMULATOR_SERVER     the server's URL
  SIMULATOR_TOKEN      an API token with the scopes fleet:read, fleet:write, fleet:enrol
                               and telemetry:write; the sites are then made by the simulator
  SIMULATOR_SITE_KEYS  SITE-ID=BOOTSTRAP-KEY, several separated by commas
  SIMULATOR_STATE      the state folder
  HOMEPOT_DATA         HOMEPOT's data folder: inject means the fleet in it
  SIMULATOR_DAYS       of history at the first start
  SIMULATOR_INTERVAL   of live reports, in seconds

Faults: {", ".join(FAULTS)}.
"""


class _Stop(BaseException):
    """Asked to end."""


def main(arguments: list[str] | None = None) -> int:
    logging.basicConfig(
        format="%(asctime)s %(levelname)-7s %(message)s", level=logging.INFO, stream=sys.stderr
    )
    for noisy in ("httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or given[0] not in {*_COMMANDS, "-h", "--help"}:
        given.insert(0, "run")
    parsed = _parser().parse_args(given)
    if parsed.verbose:
        logging.getLogger("homepot_simulator").setLevel(logging.DEBUG)
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    try:
        {"run": _run, "inject": _inject, "export": _export}[parsed.command](parsed)
    except SimulatorError as error:
        _log.error("%s", error)
        return 1
    except _Stop:
        _log.info("Stopped; the next start goes on from here.")
    return 0


def _stop(_number: int, _frame: FrameType | None) -> None:
    # a second signal finds the program on its way out already
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise _Stop


def _parser() -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser(
        prog="homepot-simulator",
        description="A fleet of pretend devices with labelled faults, as a client of HOMEPOT."
        " Without a command: run.",
        epilog=_ENVIRONMENT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = whole.add_subparsers(dest="command", required=True)
    run = commands.add_parser(
        "run", help="enrol, send history, then live", epilog=_ENVIRONMENT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    run.add_argument("--server", default=os.environ.get("SIMULATOR_SERVER"), metavar="URL")
    run.add_argument(
        "--credentials", type=Path, metavar="FILE",
        help='JSON: {"token": "...", "site_keys": {"SITE-ID": "bootstrap key"}}, either or both',
    )  # fmt: skip
    run.add_argument("--site-key", action="append", default=[], metavar="SITE-ID=KEY")
    run.add_argument("--seed", type=int, help="which of all fleets (1)")
    run.add_argument(
        "--days", type=float, default=os.environ.get("SIMULATOR_DAYS", "7"),
        help="of history at the first start (7)",
    )  # fmt: skip
    run.add_argument(
        "--interval", type=int, default=os.environ.get("SIMULATOR_INTERVAL", "10"), metavar="S",
        help="of live reports (10)",
    )  # fmt: skip
    run.add_argument("--history-step", type=int, default=60, metavar="S", help="of history (60)")
    run.add_argument("--heartbeat", type=int, default=30, metavar="S", help="(30)")
    run.add_argument(
        "--begin-anew", action="store_true",
        help="where the server knows none of the devices any more, enrol all of them again",
    )  # fmt: skip
    run.add_argument(
        "--inject", action="append", default=[], metavar="FAULT@DEVICE[:MINUTES]",
        help="a fault that begins now",
    )  # fmt: skip
    inject = commands.add_parser("inject", help="add a fault to a simulator at work")
    inject.add_argument(
        "fault", nargs="+", metavar="WORD", help="DEVICE FAULT [MINUTES], or FAULT@DEVICE[:MINUTES]"
    )
    export = commands.add_parser("export", help="write the fleet's history as files, with labels")
    export.add_argument("folder", type=Path)
    export.add_argument("--days", type=int, default=30)
    export.add_argument("--step", type=int, default=600, metavar="S", help="between rows (600)")
    export.add_argument("--seed", type=int, default=1)
    export.add_argument("--until", metavar="DATE", help="the first day that is left out (today)")
    run.add_argument("--state", type=Path, default=_state_folder(), metavar="FOLDER")
    inject.add_argument("--state", type=Path, default=_folder_at_work(), metavar="FOLDER")
    for one in (run, inject, export):
        one.add_argument("-v", "--verbose", action="store_true")
    return whole


def _state_folder() -> Path:
    told = os.environ.get("SIMULATOR_STATE")
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(told) if told else Path(base) / "homepot-simulator"


def _folder_at_work() -> Path:
    """Where HOMEPOT keeps its data, or somebody stands in its folder, its own simulated fleet is
    meant."""
    if os.environ.get("SIMULATOR_STATE"):
        return _state_folder()
    data = os.environ.get("HOMEPOT_DATA")
    homes = [Path(data)] if data else []
    for home in (*homes, Path("var")):
        if (home / "simulator" / "identities.json").exists():
            return home / "simulator"
    return Path(data) / "simulator" if data else _state_folder()


def _now_us() -> int:
    return time.time_ns() // 1000


def _run(parsed: argparse.Namespace) -> None:
    if not parsed.server:
        raise SimulatorError("Say which server: --server URL, or SIMULATOR_SERVER")
    options = Options(
        seed=parsed.seed,
        days=parsed.days,
        interval_s=parsed.interval,
        history_step_s=parsed.history_step,
        heartbeat_s=parsed.heartbeat,
        begin_anew=parsed.begin_anew,
        injections=tuple(parsed.inject),
    )
    credentials = _credentials(parsed.credentials, parsed.site_key)
    state = State(parsed.state)
    state.lock()
    try:
        with Server(parsed.server, wait=time.sleep, now_s=time.time) as server:
            Runner(server, state, credentials, options, now_us=_now_us, wait=time.sleep).run()
    finally:
        state.unlock()


def _credentials(file: Path | None, site_keys: list[str]) -> Credentials:
    told: Any = {}
    if file is not None:
        try:
            told = json.loads(file.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise SimulatorError(f"Cannot read the credentials in {file}: {error}") from error
        if not isinstance(told, dict) or not isinstance(told.get("site_keys", {}), dict):
            raise SimulatorError(f'{file} is not {{"token": ..., "site_keys": {{...}}}}')
    keys = dict(told.get("site_keys", {}))
    for text in (*os.environ.get("SIMULATOR_SITE_KEYS", "").split(","), *site_keys):
        if not text.strip():
            continue
        site_id, equals, key = text.strip().partition("=")
        if not equals or not site_id or not key:
            raise SimulatorError("A site's key is given as SITE-ID=BOOTSTRAP-KEY")
        keys[site_id] = key
    token = told.get("token") or os.environ.get("SIMULATOR_TOKEN") or None
    return Credentials(token, keys)


def _inject(parsed: argparse.Namespace) -> None:
    if not (parsed.state / "identities.json").exists():
        raise SimulatorError(
            f"No simulator has been at work with {parsed.state} yet; say its folder with --state,"
            " or HOMEPOT's data folder with HOMEPOT_DATA"
        )
    state = State(parsed.state)
    known = state.identities()
    assert known is not None
    start_us = (_now_us() // SECOND_US + _BEGINS_IN_S) * SECOND_US
    fleet = make_fleet(known.seed).only(frozenset(known.sites))
    episode = parse_injection(as_text(parsed.fault), fleet, start_us, known)
    state.add(episode)
    minutes = (episode.end_us - episode.start_us) / 6e7
    _log.info("%s on %s for %g minutes.", episode.kind, episode.device_key, minutes)


def _export(parsed: argparse.Namespace) -> None:
    export_fleet(parsed.folder, parsed.seed, parsed.days, parsed.step, parsed.until, _now_us())
