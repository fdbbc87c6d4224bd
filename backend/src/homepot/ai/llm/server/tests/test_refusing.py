"""A model server that cannot serve: its last line is the reason."""

import os
import socket
import subprocess
import sys
from pathlib import Path


def test_a_port_that_is_taken_is_named_and_no_traceback_shown(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
        ended = subprocess.run(
            [sys.executable, "-m", "homepot.ai.llm.server"],
            env={**kept, "HOMEPOT_DATA": str(tmp_path), "HOMEPOT_MODEL_SERVER_PORT": port},
            capture_output=True,
            text=True,
            check=False,
        )
    assert ended.returncode == 1
    last = ended.stderr.splitlines()[-1]
    assert last.startswith(f"The model server cannot have port {port}")
    assert "HOMEPOT_MODEL_SERVER_PORT" in last
    assert "Traceback" not in ended.stderr
