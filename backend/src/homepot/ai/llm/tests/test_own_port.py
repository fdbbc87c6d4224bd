"""The port of our own model server, where two installations share a machine."""

import socket
from pathlib import Path

from homepot.ai.llm.own_port import own_port, with_free_port
from homepot.core.settings import Settings, load_settings


def settings_of(folder: Path, **variables: str) -> Settings:
    named = {f"HOMEPOT_{name}": value for name, value in variables.items()}
    return load_settings({"HOMEPOT_DATA": str(folder), **named}, folder)


def test_a_taken_port_gives_way_to_a_free_one_that_commands_find(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = int(other.getsockname()[1])
        mine = settings.model_copy(update={"model_server_port": taken})
        started = with_free_port(mine)
        assert started.model_server_port != taken
        socket.create_server(("127.0.0.1", started.model_server_port)).close()
        assert own_port(mine) == started.model_server_port
    assert with_free_port(mine) is mine  # it is free again
    assert own_port(mine) == taken


def test_a_port_that_was_chosen_is_never_exchanged(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = int(other.getsockname()[1])
        chosen = settings_of(tmp_path, MODEL_SERVER_PORT=str(taken))
        assert with_free_port(chosen) is chosen
        (tmp_path / "model-server.port").write_text("1\n")
        assert own_port(chosen) == taken


def test_what_is_no_port_is_not_believed(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    for said in ("", "a port", "0", "70000", "9" * 40):
        (tmp_path / "model-server.port").write_text(said)
        assert own_port(settings) == settings.model_server_port
