"""Asking the HOMEPOT that is running on this data folder, over a socket of the folder's owner.

It imports next to nothing: whoever types a question waits for the answer alone.
"""

import hashlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ANSWER_MAX_S = 120.0
# What the kernel takes as the name of a socket.
PATH_MAX = 100
LINE_MAX_BYTES = 4_000_000


def socket_of(data_dir: Path) -> Path:
    return data_dir / "run" / "ask.sock"


def mark_of(database_url: str) -> str:
    """By which a database is compared without being named."""
    return hashlib.sha256(database_url.encode()).hexdigest()


class NobodyNear(Exception):
    """No HOMEPOT runs on this data folder, or it is another one's."""


def ask(data_dir: Path, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What comes back, line by line; NobodyNear before the first of them."""
    path = str(socket_of(data_dir))
    if not hasattr(socket, "AF_UNIX") or len(path) > PATH_MAX:
        raise NobodyNear
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(ANSWER_MAX_S)
        try:
            line.connect(path)
            line.sendall(json.dumps(asked).encode() + b"\n")
            with line.makefile("rb") as answers:
                first = _read(answers.readline(LINE_MAX_BYTES))
                if "not_mine" in first:
                    raise NobodyNear
                yield first
                for answer in answers:
                    yield _read(answer)
        except (OSError, ValueError) as error:
            raise NobodyNear from error


def _read(line: bytes) -> dict[str, Any]:
    found = json.loads(line)
    if not isinstance(found, dict):
        raise TypeError
    return found
