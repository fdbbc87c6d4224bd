"""One model in llama.cpp, answering on a Unix socket: a process of its own.

    python -m homepot.ai.llm.server.runner SOCKET FILE WINDOW SLOTS THREADS

Started by the stable alone; it imports nothing of the product but its own name.
"""

import os
import signal
import sys
from collections.abc import Sequence

QUIET = 1


def main(words: Sequence[str]) -> int:
    socket, path = words[:2]
    window, slots, threads = map(int, words[2:5])
    os.umask(0o077)  # the socket is for this user

    import xllamacpp  # noqa: PLC0415  after the mask

    parameters = xllamacpp.CommonParams()
    parameters.model.path = path
    parameters.hostnames = [socket]
    parameters.n_ctx = window * slots
    parameters.n_parallel = slots
    parameters.kv_unified = False
    parameters.cpuparams.n_threads = threads
    parameters.cpuparams_batch.n_threads = threads
    parameters.n_gpu_layers = 0
    parameters.cache_ram_mib = 0  # memory stays within what was reckoned
    parameters.fit_params = False
    parameters.ctx_shift = False  # nothing is forgotten silently
    parameters.sse_ping_interval = 0
    parameters.ui = False
    parameters.endpoint_slots = True
    parameters.offline = True
    parameters.verbosity = QUIET
    try:
        server = xllamacpp.Server(parameters)
    except RuntimeError as error:
        sys.stderr.write(f"llama.cpp could not load {path}: {error}\n")
        return 1
    # llama.cpp takes the signals for itself; the stable ends this process by SIGKILL or SIGTERM.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pause()
    del server
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
