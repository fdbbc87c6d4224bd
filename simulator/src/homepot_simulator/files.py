"""Files that are whole at every moment, and private where they hold keys."""

import os
from pathlib import Path


def replace_text(path: Path, text: str, *, private: bool = False) -> None:
    """Puts the text in the file's place in one step, so that no reader meets half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # always the same name: should the program be ended right here, the next one writes over it
    beside = path.with_name(f".{path.name}.new")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
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
    """A folder for its owner alone, if it is a new one; an old one keeps its rights."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(exist_ok=True, mode=0o700)
    return path
