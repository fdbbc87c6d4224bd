"""The door to Chroma: two collections for each tenant, in a database of the tenant's own.

Nothing in here is the truth. Every fault of Chroma's becomes `IndexAway`, and who asked goes on
without it. One process holds the folder, by a lock; Chroma does not share it between processes.
"""

import json
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from homepot.ai.device_memory.shape import VERSION
from homepot.ai.embedding import Vectors
from homepot.core.errors import Unavailable
from homepot.core.locks import FileLock
from homepot.core.metrics import VECTOR_FAILURES, VECTOR_SEARCH

_STATE = "homepot.json"
_LOCK = ".homepot.lock"
_AT_ONCE = 2_000
_HNSW = {"ef_search": 64, "ef_construction": 64}


class IndexAway(Unavailable):
    """The vector index is away just now."""

    kind = "index-away"
    title = "No vector index"


class Kind(StrEnum):
    PATTERNS = "device_patterns"  # how it looked
    HISTORY = "incident_history"  # what was written and done


_SPACE = {Kind.PATTERNS: "l2", Kind.HISTORY: "cosine"}


@dataclass(frozen=True)
class State:
    """What the folder holds: vectors of this model, and every change before this transaction."""

    model: str
    horizon: int
    version: int = VERSION


class PatternIndex:
    """All methods block: call them on a thread."""

    def __init__(self, folder: Path, patterns_name: str = Kind.PATTERNS) -> None:
        self.folder = folder
        self._names: Mapping[Kind, str] = {
            Kind.PATTERNS: patterns_name,
            Kind.HISTORY: Kind.HISTORY.value,
        }
        self._lock = FileLock(folder / _LOCK)
        self._settings: Any = None
        self._clients: dict[int, Any] = {}
        self._collections: dict[tuple[int, Kind], Any] = {}
        self._guard = threading.RLock()

    # -- opening and closing ------------------------------------------------------------------

    def open(self) -> None:
        """IndexAway where another process holds the folder or it cannot be used."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            is_mine = self._lock.take()
        except OSError as error:
            raise IndexAway(f"{self.folder} cannot be used: {error.strerror}.") from error
        if not is_mine:
            raise IndexAway(
                f"Another process holds {self.folder}: HOMEPOT is running and keeps it in order."
            )
        try:
            with _translated():
                self._settings = _chroma_settings(self.folder)
                self._admin().list_databases()  # only now it reads what is in the folder
        except IndexAway:
            self.close()
            raise

    def open_empty(self) -> None:
        """Whatever is in the folder goes. IndexAway where another process holds it."""
        self.close()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            is_mine = self._lock.take()
        except OSError as error:
            raise IndexAway(f"{self.folder} cannot be used: {error.strerror}.") from error
        if not is_mine:
            raise IndexAway(f"Another process holds {self.folder}.")
        self.clear()

    def close(self) -> None:
        with self._guard:
            self._forget()
            self._settings = None
            self._lock.release()

    def _forget(self) -> None:
        if self._settings is None:
            return
        # Chroma keeps what it opened for the life of the process, by the folder's name.
        from chromadb.api.shared_system_client import SharedSystemClient  # noqa: PLC0415

        self._clients.clear()
        self._collections.clear()
        system = SharedSystemClient._identifier_to_system.pop(str(self.folder), None)  # noqa: SLF001
        if system is not None:
            with suppress(IndexAway), _translated():  # it may never have come up
                system.stop()

    def clear(self) -> None:
        """Empties the folder, whatever is in it; it stays held."""
        with self._guard:
            self._forget()
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                for path in self.folder.iterdir():
                    if path.name == _LOCK:
                        continue
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
                # Somebody may have deleted the folder with the lock's file in it.
                self._lock.release()
                if not self._lock.take():
                    raise IndexAway(f"Another process took {self.folder}.")
            except OSError as error:
                raise IndexAway(f"{self.folder} cannot be emptied: {error.strerror}.") from error
            with _translated():
                self._settings = _chroma_settings(self.folder)
                self._admin().list_databases()

    # -- what it knows of itself ---------------------------------------------------------------

    def state(self) -> State | None:
        try:
            return State(**json.loads((self.folder / _STATE).read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def put_state(self, state: State) -> None:
        new = self.folder / f"{_STATE}.new"
        try:
            new.write_text(json.dumps(asdict(state)), "utf-8")
            new.replace(self.folder / _STATE)
        except OSError as error:
            raise IndexAway(f"{self.folder} cannot be written: {error.strerror}.") from error

    # -- vectors -------------------------------------------------------------------------------

    def nearest(self, tenant_id: int, kind: Kind, vector: Vectors, count: int) -> list[int]:
        with VECTOR_FAILURES.count_exceptions(), VECTOR_SEARCH.time(), self._guard, _translated():
            collection = self._collection(tenant_id, kind)
            found = collection.query(query_embeddings=[vector], n_results=count, include=[])
            return [int(one) for one in found["ids"][0]]

    def put(self, tenant_id: int, kind: Kind, vectors: Mapping[int, Vectors]) -> None:
        import numpy as np  # noqa: PLC0415

        ids = list(vectors)
        with self._guard, _translated():
            collection = self._collection(tenant_id, kind)
            for begin in range(0, len(ids), _AT_ONCE):
                some = ids[begin : begin + _AT_ONCE]
                rows = np.stack([vectors[one] for one in some])
                collection.upsert(ids=[str(one) for one in some], embeddings=rows)

    def remove(self, tenant_id: int, ids: Sequence[int]) -> None:
        with self._guard, _translated():
            for kind in Kind:
                collection = self._collection(tenant_id, kind)
                for begin in range(0, len(ids), _AT_ONCE):
                    collection.delete(ids=[str(one) for one in ids[begin : begin + _AT_ONCE]])

    def ids(self, tenant_id: int, kind: Kind) -> set[int]:
        with self._guard, _translated():
            return {int(one) for one in self._collection(tenant_id, kind).get(include=[])["ids"]}

    def count(self, tenant_id: int, kind: Kind) -> int:
        with self._guard, _translated():
            return int(self._collection(tenant_id, kind).count())

    def tenants(self) -> list[int]:
        with self._guard, _translated():
            names = [one["name"] for one in self._admin().list_databases()]
            return sorted(int(name[7:]) for name in names if name.startswith("tenant_"))

    # -- Chroma's own objects ------------------------------------------------------------------

    def _admin(self) -> Any:
        import chromadb  # noqa: PLC0415

        if self._settings is None:
            raise IndexAway(f"{self.folder} is not open.")
        return chromadb.AdminClient(self._settings)

    def _client(self, tenant_id: int) -> Any:
        import chromadb  # noqa: PLC0415

        if tenant_id not in self._clients:
            name, admin = f"tenant_{tenant_id}", self._admin()
            if name not in {one["name"] for one in admin.list_databases()}:
                admin.create_database(name)
            self._clients[tenant_id] = chromadb.PersistentClient(
                str(self.folder), settings=self._settings, database=name
            )
        return self._clients[tenant_id]

    def _collection(self, tenant_id: int, kind: Kind) -> Any:
        if not (self.folder / "chroma.sqlite3").is_file():
            raise IndexAway(f"{self.folder} was deleted.")
        key = (tenant_id, kind)
        if key not in self._collections:
            self._collections[key] = self._client(tenant_id).get_or_create_collection(
                self._names[kind],
                embedding_function=None,
                configuration={"hnsw": {**_HNSW, "space": _SPACE[kind]}},
            )
        return self._collections[key]


def _chroma_settings(folder: Path) -> Any:
    # A second or two, and memory that only the process that holds the folder needs.
    from chromadb.config import Settings  # noqa: PLC0415

    return Settings(
        is_persistent=True,
        persist_directory=str(folder),
        anonymized_telemetry=False,
        allow_reset=False,
    )


@contextmanager
def _translated() -> Iterator[None]:
    """Chroma is Python over Rust over SQLite, and faults of all three come through as they are."""
    from chromadb.errors import ChromaError  # noqa: PLC0415

    try:
        yield
    except (ChromaError, OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
        raise IndexAway(f"Chroma failed: {str(error).strip() or type(error).__name__}") from error
    except AttributeError as error:  # what it opened and lost
        raise IndexAway(f"Chroma failed: {error}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # Rust's own; it is no Exception
            raise
        raise IndexAway(f"Chroma failed: {error}") from error
