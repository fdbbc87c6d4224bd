"""For the tests of this folder: our own model server as `homepot up` starts it, a memory, and a
fleet to ask about."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from fastapi import FastAPI
from tests.asked import TYPES, ZONES, Asked
from tests.remembered import NAME, Owner, loader

from homepot.ai.device_memory.index import PatternIndex
from homepot.ai.device_memory.keeping import Keeper
from homepot.ai.device_memory.service import Memory
from homepot.ai.embedding import Embedding
from homepot.core.database import Database
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.intake.service import Intake

BOUND_S = 100.0
SMALL = "smollm2:135m"


class ModelServer:
    def __init__(self, data_dir: Path, process: subprocess.Popen[bytes], url: str) -> None:
        self.data_dir = data_dir
        self.process = process
        self.url = url

    @property
    def runners(self) -> list[psutil.Process]:
        """The processes with llama.cpp in them."""
        found = psutil.Process(self.process.pid).children(recursive=True)
        return [one for one in found if one.status() != psutil.STATUS_ZOMBIE]

    @property
    def loaded(self) -> list[str]:
        answer = httpx.get(f"{self.url}/api/ps", timeout=BOUND_S).json()
        return [one["name"] for one in answer["models"]]

    def busy_slots(self) -> int:
        """Asked of llama.cpp itself."""
        (path,) = self.data_dir.glob("run/*/*.sock")
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(path)), timeout=BOUND_S) as client:
            slots = client.get("http://runner/slots").json()
        return sum(slot["is_processing"] for slot in slots)

    def post(self, path: str, body: Any) -> httpx.Response:
        return httpx.post(f"{self.url}{path}", json=body, timeout=BOUND_S)


def until(is_so: Callable[[], bool]) -> None:
    bound_s = time.monotonic() + BOUND_S
    while not is_so():
        assert time.monotonic() < bound_s, "it did not come about"
        time.sleep(0.05)


@contextmanager
def model_server(data_dir: Path, **settings: str) -> Iterator[ModelServer]:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
    log = data_dir.parent / "model-server.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "homepot.ai.llm.server"],
            env={
                **kept,
                "HOMEPOT_DATA": str(data_dir),
                "HOMEPOT_MODEL_SERVER_PORT": str(port),
                **settings,
            },
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
        )
    server = ModelServer(data_dir, process, f"http://127.0.0.1:{port}")
    try:
        until(lambda: _answers(server, log))
        yield server
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(server: ModelServer, log: Path) -> bool:
    assert server.process.poll() is None, log.read_text()
    try:
        return httpx.get(f"{server.url}/api/version", timeout=5).is_success
    except httpx.TransportError:
        return False


@pytest.fixture(scope="session")
def small_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelServer]:
    """With the model that came along, loaded once; the folder has a space in its name."""
    with model_server(tmp_path_factory.mktemp("model server") / "var") as server:
        yield server


@pytest.fixture(scope="session")
def start_server() -> Callable[..., AbstractContextManager[ModelServer]]:
    return model_server


@pytest.fixture(scope="session")
def wait_until() -> Callable[[Callable[[], bool]], None]:
    return until


# -- memory: Chroma in a folder of the test's own ----------------------------------------------


@pytest.fixture
def embedding() -> Iterator[Embedding]:
    made = Embedding(loader)
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "with a space" / "chroma_db"


@pytest.fixture
def memory(embedding: Embedding, folder: Path) -> Iterator[Memory]:
    index = PatternIndex(folder)
    yield Memory(embedding, NAME, index)
    index.close()


@pytest.fixture
def keeper(db: Database, memory: Memory, embedding: Embedding) -> Keeper:
    return Keeper(db, memory, embedding, thorough_every_s=0)


@pytest.fixture
async def owner(db: Database, people, memory: Memory) -> Owner:
    return Owner(db, memory, await people.tenant())


@pytest.fixture
async def neighbour(db: Database, people, memory: Memory) -> Owner:
    return Owner(db, memory, await people.tenant("Orchard"))


@pytest.fixture
def beyond_root(tmp_path: Path) -> Callable[[], AbstractContextManager[None]]:
    """For root, who may write everywhere: to be nobody in particular for as long as it lasts."""

    @contextmanager
    def nobody() -> Iterator[None]:
        if os.geteuid():
            yield
            return
        for folder in [tmp_path, *tmp_path.parents][:-2]:
            folder.chmod(folder.stat().st_mode | 0o011)
        os.seteuid(65534)
        try:
            yield
        finally:
            os.seteuid(0)

    return nobody


@pytest.fixture
async def asked(db: Database, app: FastAPI, archive: Archive, people: Any, estate: Any) -> Asked:
    intake = app.state.process.part(Intake)
    one = Asked(db, intake, archive, await people.tenant())
    for zone in ZONES:
        site_id = await estate.site(timezone=zone, name=f"Shop {zone}")
        one.site_ids.append(site_id)
        for type_ in TYPES:
            made = {"site_id": site_id, "type": type_, "name": f"{type_} {zone}"}
            answer = await estate.admin.post("/api/devices", json=made)
            assert answer.status_code == 201, answer.text
            one.device_ids.append(answer.json()["device_id"])
    return one
