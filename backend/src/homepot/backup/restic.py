"""A backup handed on to restic, where that is installed: deduplicated, to wherever it leads.

restic reads its own variables: RESTIC_PASSWORD_FILE or RESTIC_PASSWORD, and those of the service
that its repository is in.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from homepot.backup.errors import BackupFailed

_TAG = "homepot"
_PASSWORDS = ("RESTIC_PASSWORD", "RESTIC_PASSWORD_FILE", "RESTIC_PASSWORD_COMMAND")
_LINES_MAX = 3


def refuse_without() -> None:
    if shutil.which("restic") is None:
        raise BackupFailed("restic is not installed: install it (Debian: apt-get install restic).")
    if not any(os.environ.get(name) for name in _PASSWORDS):
        raise BackupFailed(
            "restic encrypts with a password of its own: put it into a file and name that with"
            " RESTIC_PASSWORD_FILE."
        )


def hand_on(backup: Path, repository: str, keep: int) -> None:
    """The backup into the repository, made if there is none; the newest so many are kept."""
    refuse_without()
    if _call(repository, ["cat", "config"]).returncode != 0:
        _must(repository, ["init"])
    _must(repository, ["backup", "--tag", _TAG, str(backup)])
    if keep:
        wanted = ["--keep-last", str(keep), "--group-by", "tags", "--prune"]
        _must(repository, ["forget", "--tag", _TAG, *wanted])


def bring_back(repository: str, into: Path) -> Path:
    """The newest backup of the repository, as a folder below this one."""
    refuse_without()
    _must(repository, ["restore", "latest", "--tag", _TAG, "--target", str(into)])
    found = sorted(into.rglob("backup.json"))
    if not found:
        raise BackupFailed(f"The newest snapshot of {repository} holds no backup of HOMEPOT.")
    return found[-1].parent


def _must(repository: str, words: Sequence[str]) -> None:
    done = _call(repository, words)
    if done.returncode != 0:
        said = " ".join(done.stderr.strip().splitlines()[-_LINES_MAX:])
        raise BackupFailed(f"restic {words[0]} did not succeed: {said or 'it said nothing'}")


def _call(repository: str, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  the owner's own program
        ["restic", "--repo", repository, *words],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
