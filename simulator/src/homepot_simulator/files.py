"""Files that are whole at every moment, and private where they hold keys."""

import os
import tempfile
from pathlib import Path


def replace_text(path: Path, text: str, *, private: bool = False) -> None:
    """Puts the text in the file's place in one step, so that no reader meets half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    beside = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            if private:
                # keys are worth a wait: a lost one cannot be shown again
                file.flush()
                os.fsync(file.fileno())
        beside.chmod(0o600 if private else 0o644)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def private_folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.chmod(0o700)
    return path
