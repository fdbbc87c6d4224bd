"""Logs: each line a sentence for a person, with a stable `action` for a program.

A traceback says where, never with which values: they can be secrets, and to spell out those of
a whole web framework takes seconds in which nothing else is done.
"""

import logging
import sys
from contextlib import suppress
from typing import Literal, TextIO, cast

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor


def configure_logging(
    level: str = "info",
    form: Literal["text", "json"] = "text",
    stream: TextIO | None = None,
) -> None:
    """Lines go to the stream; without one to where errors go."""
    stream = cast("TextIO", _Lenient(stream))
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Processor] = (
        [_TRACEBACK_AS_OBJECT, structlog.processors.JSONRenderer()]
        if form == "json"
        else [
            structlog.dev.ConsoleRenderer(
                colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        ]
    )
    structlog.configure(
        processors=[_with_house, *shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    # Libraries speak through the standard library; theirs come out in the same form.
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(logging.INFO, _level(level)), force=True)
    for noisy in ("procrastinate", "httpx", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


_TRACEBACK_AS_OBJECT = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)


class _Lenient:
    """A line that cannot be written, on a full disk, must not end what it was about.

    Without a stream it is the standard error of the moment: a command under test has one for
    itself, for a while.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._given = stream

    @property
    def _stream(self) -> TextIO:
        return self._given or sys.stderr

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()

    def isatty(self) -> bool:
        return self._stream.isatty()


def _with_house(_: object, __: str, line: EventDict) -> EventDict:
    if isinstance(module := line.get("module"), str):
        line["logger"] = ".".join(module.split(".")[:2])
    return line


def get_logger(name: str) -> FilteringBoundLogger:
    """Its lines carry the module and, as `logger`, the part of the house: `homepot.ai`."""
    logger: FilteringBoundLogger = structlog.get_logger(module=name)
    return logger


def _level(name: str) -> int:
    return logging.getLevelNamesMapping()[name.upper()]
