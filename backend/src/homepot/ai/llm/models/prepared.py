"""A model in the form that llama.cpp reads fastest, kept beside the shelf and made when missing."""

import struct
from pathlib import Path

from homepot.ai.llm.models.gguf import Head
from homepot.ai.llm.models.requantize import FILE_Q4_1, requantize
from homepot.ai.llm.models.shelf import Here, Shelf, sha256_of
from homepot.core.errors import HomepotError
from homepot.core.log import get_logger

log = get_logger(__name__)

# Larger ones stay as they are: rewriting them takes minutes and half as much memory again.
PREPARED_MAX_BYTES = 1_000_000_000


def prepared(shelf: Shelf, model: Here, head: Head) -> Path:
    """The file to load. Its own checksum stands in its name, and is compared as any other."""
    path = shelf.checked(model)
    if head.file_type != FILE_Q4_1 or model.bytes > PREPARED_MAX_BYTES:
        return path
    folder = shelf.folder / "prepared"
    stem = f"{model.sha256[:16]}-"
    for known in folder.glob(f"{stem}*.gguf"):
        if shelf.digest(known)[:32] == known.stem.removeprefix(stem):
            return known
        known.unlink(missing_ok=True)
    temporary = folder / f"{stem}new.part"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        requantize(path, temporary)
        target = folder / f"{stem}{sha256_of(temporary)[:32]}.gguf"
        temporary.replace(target)
    except (OSError, ValueError, struct.error, HomepotError) as error:
        temporary.unlink(missing_ok=True)
        log.warning(
            f"{model.name} could not be written in the faster form ({error}) and is used as it is.",
            action="models.not_prepared",
            model=model.name,
        )
        return path
    return target
