"""Refusals as RFC 9457 problem documents. Third-party errors are translated here and only here."""

from collections.abc import Mapping
from typing import Any

import psycopg.errors
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from homepot.core.errors import (
    BadInput,
    Conflict,
    HomepotError,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooLarge,
    TooMany,
    Unavailable,
)
from homepot.core.log import get_logger
from homepot.core.words import EMPTY, is_empty

log = get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
_BY_STATUS: dict[int, type[HomepotError]] = {
    family.status: family
    for family in (BadInput, TooLarge, NotSignedIn, NotAllowed, NotFound, Conflict, TooMany)
}


class ProblemError(BaseModel):
    at: str
    problem: str


class Problem(BaseModel):
    """The body of every refusal (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[ProblemError] = []


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses`: the refusals that can come, each with the one body."""
    return {
        status: {
            "model": Problem,
            "description": _BY_STATUS[status].title if status in _BY_STATUS else "Refused",
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }


def problem_response(error: HomepotError) -> JSONResponse:
    request_id = structlog.contextvars.get_contextvars().get("request_id", "")
    body = {
        "type": f"/problems/{error.kind}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "request_id": request_id,
        **error.extra,
    }
    return JSONResponse(body, error.status, error.headers, MEDIA_TYPE)


def translated(error: Exception) -> HomepotError:
    """The refusal that somebody else's exception amounts to."""
    if isinstance(error, HomepotError):
        return error
    if isinstance(error, RequestValidationError):
        return _bad_shape(error)
    if isinstance(error, HTTPException):
        return _of_the_framework(error)
    if isinstance(error, PoolTimeout):
        return Unavailable("Too much is being asked at once; try again in a few seconds.")
    if isinstance(error, OperationalError | InterfaceError):
        return Unavailable("The database does not answer just now; try again in a few seconds.")
    if isinstance(error, DBAPIError):
        return _database_refusal(error)
    return HomepotError()


def _of_the_framework(error: HTTPException) -> HomepotError:
    """FastAPI answers 400 to whatever goes wrong while it reads a body, our own limit too."""
    if error.status_code == 400:
        if isinstance(error.__cause__, HomepotError):
            return error.__cause__
        return BadInput("This is not JSON that can be read.", at="body")
    return _BY_STATUS.get(error.status_code, HomepotError)()


_PLAIN_WORDS = {
    "missing": "this is missing",
    "extra_forbidden": "this is not known here",
    "model_attributes_type": "an object is expected",
    "model_type": "an object is expected",
    "dict_type": "an object is expected",
}


def _bad_shape(error: RequestValidationError) -> BadInput:
    errors = [
        {"at": ".".join(str(part) for part in item["loc"]), "problem": _in_plain_words(item)}
        for item in error.errors()[:20]
    ]
    first = errors[0] if errors else {"at": "body", "problem": "not understood"}
    return BadInput(f"{first['at']}: {first['problem']}", errors=errors)


def _in_plain_words(item: Mapping[str, Any]) -> str:
    if item["type"] == "json_invalid":
        return f"not JSON: {item['ctx']['error']} at character {item['loc'][-1]}"
    if is_empty(item):
        return EMPTY
    said: str = _PLAIN_WORDS.get(item["type"], item["msg"])
    return said.removeprefix("Value error, ")


def _database_refusal(error: DBAPIError) -> HomepotError:
    cause = error.orig
    if isinstance(cause, psycopg.errors.UniqueViolation | psycopg.errors.SerializationFailure):
        return Conflict()
    if isinstance(cause, psycopg.errors.DataError):
        return BadInput("A value is outside what can be stored.")
    return HomepotError()


def install(app: FastAPI) -> None:
    async def refuse(request: Request, error: Exception) -> JSONResponse:
        refusal = translated(error)
        if isinstance(error, HTTPException) and error.status_code not in {400, *_BY_STATUS}:
            return _as_it_is(error)
        if refusal.status >= 500:
            log.warning(
                "A request could not be served.",
                action="request.not_served",
                path=request.url.path,
                error=repr(error),
            )
        return problem_response(refusal)

    for family in (HomepotError, RequestValidationError, HTTPException, DBAPIError, PoolTimeout):
        app.add_exception_handler(family, refuse)


def _as_it_is(error: HTTPException) -> JSONResponse:
    """A refusal of the framework that is none of our families, such as 405."""
    body = {
        "type": "about:blank",
        "title": str(error.detail),
        "status": error.status_code,
        "detail": str(error.detail),
        "request_id": structlog.contextvars.get_contextvars().get("request_id", ""),
    }
    return JSONResponse(body, error.status_code, error.headers, MEDIA_TYPE)
