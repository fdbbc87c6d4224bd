"""Who this device is to its server. The key in it is as good as the device: it stays private."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from homepot_agent import files


class NotEnrolled(Exception):
    """This device has no identity yet."""


@dataclass(frozen=True)
class Identity:
    """What enrolment gave, and how the server is reached."""

    server: str
    device_id: str
    api_key: str
    site_id: str
    ca: str = ""
    insecure_http: bool = False
    enrolled_at: str = ""


def save(path: Path, identity: Identity) -> None:
    files.replace_file(path, json.dumps(asdict(identity), indent=1).encode(), lasting=True)
    files.give_to_owner_of(path.parent, path)


def load(path: Path) -> Identity:
    try:
        facts = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise NotEnrolled(
            f"This device is not enrolled (there is no {path}). Enrol it first:\n"
            "  homepot-agent enrol --server http://HOST:8000 --site SITE-XXXX-XXXX --key hpb_..."
        ) from None
    except PermissionError:
        raise NotEnrolled(
            f"{path} may not be read by this user: use the one that runs the agent, or root"
        ) from None
    except (OSError, ValueError) as error:
        raise NotEnrolled(f"{path} can not be used ({error}): enrol again with --again") from error
    names = {one.name for one in fields(Identity)}
    if not isinstance(facts, dict) or not {"server", "device_id", "api_key"} <= facts.keys():
        raise NotEnrolled(f"{path} is not an identity: enrol again with --again")
    return Identity(**{"site_id": "", **{name: facts[name] for name in names & facts.keys()}})


def keep_private(path: Path) -> bool:
    """Take away others' right to read the key; say whether they had it."""
    if sys.platform == "win32" or not path.exists() or not path.stat().st_mode & 0o077:
        return False
    os.chmod(path, files.PRIVATE)  # noqa: PTH101 - beside the other calls of os
    return True
