"""A process of senders that is asked to end, however early, leaves nothing unsent."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from chaos.crowd import Crowd
from chaos.ledger import Ledger, Row
from chaos.sender import Job

_ANSWER = b'{"stored": 1, "repeated": 0, "corrected": 0, "rejected_count": 0}'


class Stub(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(_ANSWER)))
        self.end_headers()
        self.wfile.write(_ANSWER)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Stub) as serving:
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        yield serving.server_port
        serving.shutdown()
        thread.join()


def test_what_a_killed_one_had_not_sent_is_sent_by_the_next(port: int, tmp_path: Path) -> None:
    path = tmp_path / "one.ledger"
    left = Ledger(path)
    left.say("new", [Row("d", 1, {"number": 1.0, "value": 1.0})])
    left.close()
    crowd = Crowd([Job("rows", port, ["d"], {}, str(path), 1, 0.05)], tmp_path, "senders")
    crowd.start()
    crowd.stop()  # before it has read so much as its jobs
    ((_, said),) = crowd.told()
    assert crowd.complaints() == ""
    assert said[0].unanswered == 1
    assert all(saying.is_acknowledged for saying in said)
