"""All collectors of one run as a process of their own, which may be killed like any other.

python -m chaos.senders FILE    FILE holds a JSON list of jobs; SIGTERM: send what waits, and end.
"""

import json
import signal
import sys
from pathlib import Path
from threading import Event, Thread

from chaos.mqtt import MqttSender
from chaos.sender import Job, Sender


def listens_file(jobs: Path) -> Path:
    """There as soon as the process hears when it is asked to end."""
    return jobs.with_suffix(".listens")


def main(path: str) -> None:
    stop, hurry = Event(), Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    listens_file(Path(path)).touch()
    jobs = [Job(**job) for job in json.loads(Path(path).read_text())]
    senders = [(MqttSender if job.way == "mqtt" else Sender)(job, stop, hurry) for job in jobs]
    threads = [Thread(target=sender.run) for sender in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():  # in pieces, so that a signal is heard
            thread.join(0.2)


if __name__ == "__main__":
    main(sys.argv[1])
