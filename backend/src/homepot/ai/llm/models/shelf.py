"""What is here: files inside installed packages, and files under HOMEPOT_DATA/models."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from homepot.ai.llm.models.catalogue import Entry, Kind, catalogue, entry_of
from homepot.ai.llm.models.errors import ModelNotThere, WrongChecksum
from homepot.ai.llm.naming import meant
from homepot.core.settings import Settings

_PIECE_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Here:
    """A model that is on this machine."""

    name: str
    path: Path
    kind: Kind
    bytes: int
    sha256: str
    source: str
    # Whether the checksum was known before the file came.
    is_known: bool
    is_pulled: bool
    entry: Entry | None = None


Seen = Callable[[int], None]


class Shelf:
    """The models of one data folder. Files are checked when they are used, once for each state."""

    def __init__(self, folder: Path, entries: Sequence[Entry] | None = None) -> None:
        self.folder = folder
        self.entries = catalogue() if entries is None else entries
        self._digests: dict[Path, tuple[object, str]] = {}

    @classmethod
    def of(cls, settings: Settings) -> "Shelf":
        return cls(settings.data_dir / "models")

    def all(self) -> list[Here]:
        """What was pulled comes before what a package brought."""
        pulled = list(self._pulled())
        names = {one.name for one in pulled}
        brought = [self._in_package(entry) for entry in self.entries if entry.name not in names]
        return sorted([*pulled, *(one for one in brought if one)], key=lambda one: one.name)

    def find(self, name: str) -> Here:
        """By its name; without a tag latest is meant, or the only tag there is. ModelNotThere says
        which there are."""
        there = self.all()
        found = meant(name, [one.name for one in there])
        if found is not None:
            return next(one for one in there if one.name == found)
        names = ", ".join(one.name for one in there) or "none"
        raise ModelNotThere(
            f"model {name[:100]!r} not found. Here are: {names}. `homepot models pull NAME`"
            " fetches one."
        )

    def checked(self, one: Here) -> Path:
        """The file, after its checksum has been compared. WrongChecksum where it is another."""
        try:
            found = self.digest(one.path)
        except OSError as error:
            raise ModelNotThere(f"{one.path} cannot be read: {error.strerror}.") from None
        if found != one.sha256:
            raise WrongChecksum(
                f"{one.name} is not used: {one.path} has the checksum {found[:12]}…, but"
                f" {one.sha256[:12]}… is written down. Fetch it again: homepot models pull"
                f" {one.name}"
            )
        return one.path

    def digest(self, path: Path) -> str:
        """Read anew only when the file has changed since."""
        status = path.stat()
        state = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        known = self._digests.get(path)
        if known is None or known[0] != state:
            known = self._digests[path] = (state, sha256_of(path))
        return known[1]

    def path_for(self, name: str, ending: str) -> Path:
        return self.folder / f"{_slug(name)}{ending}"

    def keep(self, name: str, path: Path, sha256: str, source: str, *, is_known: bool) -> Here:
        """Write down that this file is that model, in one step."""
        entry = entry_of(name, self.entries)
        note = {
            "name": name,
            "file": path.name,
            "kind": entry.kind if entry else "chat",
            "bytes": path.stat().st_size,
            "sha256": sha256,
            "source": source,
            "is_known": is_known,
        }
        temporary = self.folder / f".{_slug(name)}.json.new"
        temporary.write_text(json.dumps(note, indent=1), "utf-8")
        temporary.replace(self._note(name))
        return self._here(note)

    def pulled(self, name: str) -> Here | None:
        return next((one for one in self._pulled() if one.name == name), None)

    def drop(self, one: Here) -> None:
        """The note goes first: without it the file is nothing."""
        self._note(one.name).unlink(missing_ok=True)
        one.path.unlink(missing_ok=True)

    def _pulled(self) -> Iterator[Here]:
        for note in sorted(self.folder.glob("*.json")):
            with suppress(OSError, ValueError, KeyError, TypeError):
                one = self._here(json.loads(note.read_text("utf-8")))
                if one.path.is_file():
                    yield one

    def _here(self, note: dict[str, object]) -> Here:
        name = str(note["name"])
        return Here(
            name=name,
            path=self.folder / Path(str(note["file"])).name,
            kind="embedding" if note["kind"] == "embedding" else "chat",
            bytes=int(str(note["bytes"])),
            sha256=str(note["sha256"]),
            source=str(note["source"]),
            is_known=bool(note["is_known"]),
            is_pulled=True,
            entry=entry_of(name, self.entries),
        )

    def _in_package(self, entry: Entry) -> Here | None:
        for source in entry.sources:
            path = installed_file(source.wheel, source.file)
            if path is not None and entry.sha256 is not None:
                return Here(
                    name=entry.name,
                    path=path,
                    kind=entry.kind,
                    bytes=path.stat().st_size,
                    sha256=entry.sha256,
                    source=f"package {source.wheel}",
                    is_known=True,
                    is_pulled=False,
                    entry=entry,
                )
        return None

    def _note(self, name: str) -> Path:
        return self.folder / f"{_slug(name)}.json"


def installed_file(package: str | None, file: str | None) -> Path | None:
    """Where a file of an installed package lies; the package itself is never imported."""
    if package is None or file is None:
        return None
    try:
        path = Path(str(metadata.distribution(package).locate_file(file)))
    except metadata.PackageNotFoundError:
        return None
    return path if path.is_file() else None


def sha256_of(path: Path, seen: Seen = lambda _: None) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            digest.update(piece)
            seen(len(piece))
    return digest.hexdigest()


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)
