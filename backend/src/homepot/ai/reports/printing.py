"""The process that prints reports: `python -m homepot.ai.reports.printing IDLE_S`.

It is asked on its input, with a line `html` or `pdf` and a length, and a kept report as JSON so
long; on its output it answers with a line that has a length, and the page or the paper. It ends
when nobody asks for so long, or nobody is there to ask. What it cannot print ends it as well, with
its last words on stderr.
"""

import select
import sys
from functools import lru_cache
from typing import BinaryIO

from homepot.ai.reports.content import Kept
from homepot.ai.reports.drawing import plots_of
from homepot.ai.reports.page import html
from homepot.ai.reports.paper import pdf

# Page and paper of a report are asked for one after the other; its plots are drawn once.
_DRAWN_MAX = 4


@lru_cache(maxsize=_DRAWN_MAX)
def _drawn(spelled: bytes) -> tuple[Kept, list[bytes]]:
    kept = Kept.model_validate_json(spelled)
    return kept, plots_of(kept.content)


def printed(spelled: bytes, form: str) -> bytes:
    kept, plots = _drawn(spelled)
    return html(kept, plots).encode() if form == "html" else pdf(kept, plots)


def serve(asked: BinaryIO, answers: BinaryIO, idle_s: float) -> None:
    while select.select([asked], [], [], idle_s)[0]:
        line = asked.readline().split()
        if not line:
            return
        form, length = line
        made = printed(asked.read(int(length)), form.decode())
        answers.write(b"%d\n" % len(made))
        answers.write(made)
        answers.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer, float(sys.argv[1]))
