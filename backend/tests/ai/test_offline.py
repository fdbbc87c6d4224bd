"""The whole product, started as a person starts it, where nothing beyond this machine can be
reached: it answers, and it does not even try."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

import httpx
import pytest
from tests.test_supervisor import Up, free_port

from homepot.core.embedded_postgres import EmbeddedPostgres

BOUND_S = 100
# Read by every Python that is started, before its program.
WATCH = """
import os, sys
NEAR = {None, "", b"", "localhost", "127.0.0.1", "::1", b"localhost", b"127.0.0.1", "0.0.0.0"}
FOLDER = os.environ["WATCHED_IN"]

def note(file, words):
    with open(os.path.join(FOLDER, file), "a") as lines:
        lines.write(words + "\\n")

def watch(event, args):
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        to = args[1]
        if isinstance(to, tuple) and to[0] not in NEAR:
            note("tried", f"{event} {to} by {sys.argv}")
            raise PermissionError("nothing beyond this machine can be reached")
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"} and args[0] not in NEAR:
        note("tried", f"{event} {args[0]} by {sys.argv}")

sys.addaudithook(watch)
note("watched", str(os.getpid()))
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(mkdtemp(prefix="homepot test "))
    path.chmod(0o711)
    (path / "sitecustomize.py").write_text(WATCH)
    (path / "watched").touch()
    (path / "tried").touch()
    yield path
    EmbeddedPostgres(path / "my data").remove()
    shutil.rmtree(path)


def until(is_so: Callable[[], bool]) -> None:
    until_s = time.monotonic() + BOUND_S
    while True:
        with suppress(httpx.TransportError):
            if is_so():
                return
        assert time.monotonic() < until_s
        time.sleep(0.1)


def test_the_product_answers_offline_and_asks_nobody_elsewhere(folder: Path) -> None:
    watched = {"PYTHONPATH": str(folder), "WATCHED_IN": str(folder)}
    command = "import socket; socket.create_connection(('192.0.2.1', 9), 1)"
    tried = subprocess.run([sys.executable, "-c", command], env=watched, capture_output=True)
    assert tried.returncode == 1
    assert "192.0.2.1" in (folder / "tried").read_text()  # so it would be seen
    (folder / "tried").write_text("")
    nobody = {"OLLAMA_URL": "http://127.0.0.1:9"}
    with Up(folder / "my data", free_port(), **watched, **nobody) as up:
        password = up.until("sign in", "admin").split()[-1]
        up.until("stop", "Ctrl-C")
        with httpx.Client(base_url=up.url, timeout=BOUND_S) as client:
            answer_questions(client, password)
        running = {one.pid for one in up.parts().values()}
        pids = {int(line) for line in (folder / "watched").read_text().split()}
        assert len(running & pids) == 3  # API, worker and model server; the database is no Python
    assert (folder / "tried").read_text() == ""


def answer_questions(client: httpx.Client, password: str) -> None:
    def sign_in(with_: str) -> None:
        given = {"username": "admin", "password": with_}
        answer = client.post("/api/auth/login", json=given)
        assert answer.status_code == 200, answer.text
        client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]

    sign_in(password)
    new = "seven rusty kettles"
    changed = {"current_password": password, "new_password": new}
    assert client.post("/api/auth/password", json=changed).status_code == 204
    sign_in(new)

    def is_whole() -> bool:
        told = client.get("/api/ai/status").json()
        return (told["model_server"], told["chromadb_status"]) == ("homepot", "connected")

    until(is_whole)
    asked = {"question": "How many devices are there?", "narrate": True}
    answer = client.post("/api/ai/query", json=asked)
    assert (answer.status_code, answer.json()["result"]["value"]) == (200, 0)
    assert client.get("/api/ai/status").json()["model_requests"]["failures"] == 0
    similar = client.post("/api/ai/similar", json={"text": "The fan motor has seized."})
    assert (similar.status_code, similar.json()["warning"]) == (200, None)
