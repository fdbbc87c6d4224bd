"""The folder the pretend fleet keeps its state in, and what of it is ours."""

import json
import os
import shutil
from pathlib import Path

from homepot.core.locks import is_free


class DemoFolder:
    """`<data>/simulator`: the credentials are ours, everything else is the simulator's own."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / "simulator"
        self.credentials_path = self.path / "credentials.json"
        self.status_path = self.path / "status.json"

    @property
    def has_lived(self) -> bool:
        """Whether a pretend fleet has been at work here."""
        return (self.path / "identities.json").exists()

    @property
    def is_at_work(self) -> bool:
        lock = self.path / "lock"
        return lock.exists() and not is_free(lock)

    def token(self) -> str | None:
        """The token in the file; None where there is none that can be read."""
        try:
            told = json.loads(self.credentials_path.read_text("utf-8"))
        except (OSError, ValueError):
            return None
        token = told.get("token") if isinstance(told, dict) else None
        return token if isinstance(token, str) else None

    def keep_token(self, token: str) -> None:
        """In one step, and readable by its owner alone from the first moment."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = self.credentials_path.with_name(".credentials.json.new")
        beside.unlink(missing_ok=True)
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(json.dumps({"token": token}) + "\n")
        beside.replace(self.credentials_path)

    def status(self) -> dict[str, object]:
        """What the pretend fleet last said it does; empty before it said anything."""
        try:
            told = json.loads(self.status_path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return told if isinstance(told, dict) else {}

    def remove(self) -> None:
        if self.path.exists():
            shutil.rmtree(self.path)
