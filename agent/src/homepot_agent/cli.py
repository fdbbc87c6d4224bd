"""The `homepot-agent` command; thin."""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from homepot_agent import VERSION, identity, places, state, tell
from homepot_agent.address import BadAddress
from homepot_agent.agent import real_agent
from homepot_agent.clock import SystemClock
from homepot_agent.config import MEANINGS, BadConfig, Config, load
from homepot_agent.doctor import examine
from homepot_agent.enrol import NotPossible, Request, enrol, http_for, secret_from, take_new_key
from homepot_agent.files import AlreadyRunning, FolderLock
from homepot_agent.identity import NotEnrolled

RUN_FLAGS = ("interval_s", "heartbeat_s", "command_poll_s", "backlog_pause_s", "spool_mb")
LINE_FLAGS = ("timeout_s", "backoff_base_s", "backoff_cap_s", "probe_s")
TEXT_FLAGS = ("disk_path", "allow", "log_level", "ca")


def main(argv: Sequence[str] | None = None) -> int:
    """0: fine; 1: not, and standard error says why; 2: the command line is not understood."""
    options = _parser().parse_args(argv)
    folder = places.state_folder(options.state, os.environ)
    try:
        if options.command == "enrol":
            return _enrol(options, folder)
        if options.command == "key":
            return _key(options, folder)
        if options.command == "status":
            return _status(options, folder)
        config = load(places.config_file(options.config, folder), _flags(options))
        return _doctor(config, folder) if options.command == "doctor" else _run(config, folder)
    except (NotPossible, NotEnrolled, BadConfig, BadAddress, AlreadyRunning) as error:
        _complain(str(error))
    except OSError as error:
        _complain(f"{error.filename or folder}: {error.strerror or error}")
    return 1


def _run(config: Config, folder: Path) -> int:
    logging.basicConfig(
        level=config.log_level.upper(), format="%(levelname)s %(message)s", stream=sys.stderr
    )
    log = logging.getLogger("homepot_agent")
    who = identity.load(places.identity_file(folder))
    if identity.keep_private(places.identity_file(folder)):
        log.warning("Others could read this device's key; taken away from them")
    lock = FolderLock(folder)
    agent = real_agent(config, who, folder)
    stop = threading.Event()
    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, lambda *_: stop.set())
    log.info("Agent %s of %s measures every %g s", VERSION, who.device_id, config.interval_s)
    agent.run(stop)
    agent.spool.close()
    lock.close()
    log.info("Stopped; in the spool: %s", tell.reports(len(agent.spool)))
    return 0


def _enrol(options: argparse.Namespace, folder: Path) -> int:
    request = Request(
        server=options.server,
        site_id=options.site,
        key=secret_from(options.key, os.environ, "HOMEPOT_BOOTSTRAP_KEY") if options.site else "",
        intent=options.claim,
        token=secret_from(options.token, os.environ, "HOMEPOT_CLAIM_TOKEN")
        if options.claim
        else "",
        name=options.name,
        device_type=options.type,
        expected_identity=options.expected_identity,
        ca=options.ca or "",
        insecure_http=options.insecure_http,
        again=options.again,
    )
    request.check()
    with contextlib.closing(http_for(request)) as transport:
        new = enrol(request, folder, transport, SystemClock())
    _say(f"Enrolled as {new.device_id}, site {new.site_id}, at {new.server}.")
    _say(f"Its key is in {places.identity_file(folder)}. Next: homepot-agent run")
    if os.name == "nt":
        _say(f'Keep others out of that folder: icacls "{folder}" /inheritance:r /grant:r SYSTEM:F')
    return 0


def _key(options: argparse.Namespace, folder: Path) -> int:
    key = secret_from(options.key, os.environ, "HOMEPOT_DEVICE_KEY")
    new = take_new_key(folder, key)
    _say(f"{new.device_id} has its new key. Restart the agent to use it.")
    return 0


def _status(options: argparse.Namespace, folder: Path) -> int:
    who = identity.load(places.identity_file(folder))
    status = state.load(places.status_file(folder))
    if status is None:
        _say(f"Enrolled as {who.device_id} at {who.server}; the agent has not run yet.")
        return 1
    now_us = SystemClock().wall_us()
    if options.json:
        _say(json.dumps({**asdict(status), "alive": tell.is_alive(status, now_us)}))
    else:
        for name, text in tell.status_lines(status, now_us):
            _say(f"{name:11} {text}")
    return 0 if tell.is_alive(status, now_us) else 1


def _doctor(config: Config, folder: Path) -> int:
    all_good = True
    for finding in examine(config, folder):
        _say(f"{'ok ' if finding.good else 'BAD'} {finding.sentence}")
        all_good = all_good and finding.good
    return 0 if all_good else 1


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _complain(line: str) -> None:
    sys.stderr.write(f"homepot-agent: {line}\n")


def _flags(options: argparse.Namespace) -> dict[str, str | None]:
    names = [*RUN_FLAGS, *LINE_FLAGS, *TEXT_FLAGS, "sequence", "insecure_http"]
    return {name: getattr(options, name, None) for name in names}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="homepot-agent", description="Measures this device and tells its HOMEPOT server."
    )
    parser.add_argument("--version", action="version", version=VERSION)
    commands = parser.add_subparsers(dest="command", required=True)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--state", help="folder of identity and spool")
    settings = argparse.ArgumentParser(add_help=False)
    settings.add_argument("--config", help="configuration file")
    for name in (*RUN_FLAGS, *LINE_FLAGS, *TEXT_FLAGS):
        flag, meaning = f"--{name.replace('_', '-')}", MEANINGS[name]
        settings.add_argument(flag, dest=name, metavar="VALUE", help=meaning)
    for name in ("sequence", "insecure_http"):
        flag = f"--{name.replace('_', '-')}"
        settings.add_argument(
            flag, dest=name, action="store_const", const="yes", help=MEANINGS[name]
        )

    _add_enrol(commands.add_parser("enrol", parents=[common], help="become a device of a site"))
    commands.add_parser("run", parents=[common, settings], help="measure and send, until stopped")
    commands.add_parser("doctor", parents=[common, settings], help="look for what is wrong")
    key = commands.add_parser("key", parents=[common], help="take over a key that was made anew")
    key.add_argument("--key", default="", help="the key, or @FILE; else $HOMEPOT_DEVICE_KEY")
    status = commands.add_parser("status", parents=[common], help="what the agent is doing")
    status.add_argument("--json", action="store_true", help="for programs")
    return parser


def _add_enrol(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--server", required=True, help="http://host:8000 or https://host")
    parser.add_argument("--site", default="", help="the site, SITE-XXXX-XXXX")
    parser.add_argument(
        "--key", default="", help="its bootstrap key, or @FILE; else $HOMEPOT_BOOTSTRAP_KEY"
    )
    parser.add_argument("--claim", default="", help="instead: the enrolment intent of this device")
    parser.add_argument(
        "--token", default="", help="its claim token, or @FILE; else $HOMEPOT_CLAIM_TOKEN"
    )
    parser.add_argument("--name", default="", help="how the device is called; else its host name")
    parser.add_argument("--type", default="", help="server, gateway, pos_terminal, tablet ...")
    parser.add_argument("--expected-identity", default="", help="where the claim asks for one")
    parser.add_argument("--ca", help="certificate authority of the server, a PEM file")
    parser.add_argument(
        "--insecure-http", action="store_true", help="allow plain http outside the private network"
    )
    parser.add_argument("--again", action="store_true", help="replace the identity there is")
