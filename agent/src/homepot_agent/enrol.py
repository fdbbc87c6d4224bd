"""Becoming a device of a site: once, with a site's key or a prepared claim."""

from __future__ import annotations

import contextlib
import os
import platform
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from homepot_agent import address, files, identity, places
from homepot_agent.clock import Clock, iso
from homepot_agent.dna import os_details
from homepot_agent.identity import Identity
from homepot_agent.transport import HttpTransport, Transport, Unreachable
from homepot_agent.wire import Granted, NoSuchDoor, NotAdmitted, Server, Trouble, Unreadable


class NotPossible(Exception):
    """Enrolment did not happen; the text says why and what to do."""


@dataclass(frozen=True)
class Request:
    """What somebody typed: either site and key, or intent and token."""

    server: str
    site_id: str = ""
    key: str = ""
    intent: str = ""
    token: str = ""
    name: str = ""
    device_type: str = ""
    expected_identity: str = ""
    ca: str = ""
    insecure_http: bool = False
    again: bool = False

    def check(self) -> None:
        by_key, by_claim = bool(self.site_id or self.key), bool(self.intent or self.token)
        if by_key == by_claim:
            raise NotPossible("Give either --site and --key, or --claim and --token.")
        if by_key and not (self.site_id and self.key):
            raise NotPossible("--site and --key belong together.")
        if by_claim and not (self.intent and self.token):
            raise NotPossible("--claim and --token belong together.")


def http_for(request: Request) -> HttpTransport:
    try:
        return HttpTransport(
            address.parse(request.server),
            ca=Path(request.ca) if request.ca else None,
            insecure_http=request.insecure_http,
        )
    except (OSError, address.BadAddress) as error:
        raise NotPossible(str(error)) from error


def enrol(request: Request, folder: Path, transport: Transport, clock: Clock) -> Identity:
    """Ask the server for an identity and keep it privately."""
    request.check()
    file = places.identity_file(folder)
    if file.exists() and not request.again:
        raise NotPossible(
            f"This device is enrolled already ({file}). Give --again for a new identity."
        )
    _prove_writable(folder)
    with contextlib.closing(files.FolderLock(folder)):
        return _become(request, folder, transport, clock)


def _become(request: Request, folder: Path, transport: Transport, clock: Clock) -> Identity:
    granted = _ask(request, Server(transport, clock, "", ""))
    new = Identity(
        server=str(address.parse(request.server)),
        device_id=granted.device_id,
        api_key=granted.api_key,
        site_id=granted.site_id or request.site_id,
        ca=str(Path(request.ca).resolve()) if request.ca else "",
        insecure_http=request.insecure_http,
        enrolled_at=iso(clock.wall_us()),
    )
    _set_aside(folder, clock)
    identity.save(places.identity_file(folder), new)
    return new


def _set_aside(folder: Path, clock: Clock) -> None:
    """What an earlier identity measured is not the new one's, and may be another owner's."""
    spool = places.spool_folder(folder)
    if spool.is_dir():
        spool.rename(folder / f"spool.before-{iso(clock.wall_us())[:19].replace(':', '')}")
    for path in (places.commands_file(folder), places.status_file(folder)):
        with contextlib.suppress(FileNotFoundError):
            path.unlink()


def take_new_key(folder: Path, key: str) -> Identity:
    """After the server has made a new key for this device."""
    if not key:
        raise NotPossible("Give the new key with --key, or in $HOMEPOT_DEVICE_KEY.")
    file = places.identity_file(folder)
    new = replace(identity.load(file), api_key=key)
    identity.save(file, new)
    return new


def _prove_writable(folder: Path) -> None:
    """Before the server makes a device whose key could then not be kept."""
    try:
        files.make_private_folder(folder)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise NotPossible(
            f"{folder} can not be written ({error.strerror}): run this as root, or choose another"
            " folder with --state"
        ) from error


def _ask(request: Request, server: Server) -> Granted:
    described: Mapping[str, object] = {
        "device_name": request.name or platform.node() or None,
        "device_type": request.device_type or None,
        "os_details": os_details(),
    }
    facts = {name: value for name, value in described.items() if value}
    try:
        if request.intent:
            body = {"claim_token": request.token, **facts}
            if request.expected_identity:
                body["expected_device_identity"] = request.expected_identity
            return server.claim(request.intent, body)
        return server.provision(
            {
                "site_id": request.site_id,
                "device_type": "unknown",
                "bootstrap_key": request.key,
                "provisioning_source": "physical",
                **facts,
            }
        )
    except Unreachable as error:
        raise NotPossible(f"The server can not be reached: {error}") from error
    except NotAdmitted as error:
        credential = "claim" if request.intent else "site's key"
        raise NotPossible(
            f"The server does not accept this {credential} ({error}). It may be mistyped, used up,"
            " expired or revoked: have a new one made."
        ) from error
    except NoSuchDoor as error:
        raise NotPossible(
            f"At {request.server} is no such site or claim, or no HOMEPOT server ({error})."
        ) from error
    except Unreadable as error:
        raise NotPossible(f"The server can not use this: {error}") from error
    except Trouble as error:
        raise NotPossible(f"The server could not do it: {error}") from error


def secret_from(text: str, environ: Mapping[str, str], variable: str) -> str:
    """A key as given, or from a file (`@path`), or from the environment where none is given.

    What stands on a command line can be seen by every user of the machine.
    """
    if text.startswith("@"):
        path = Path(text[1:])
        try:
            return path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise NotPossible(f"{path} can not be read: {error.strerror}") from error
    return text or environ.get(variable, "")


def folder_is_open(folder: Path) -> bool:
    """Whether others may look into the folder."""
    return os.name != "nt" and bool(folder.stat().st_mode & 0o077)
