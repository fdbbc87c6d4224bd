"""Every refusal of the product, drawn as one tree; the family owns the HTTP status.

    HomepotError ......................... 500
    ├── BadInput ......................... 422  what came cannot be taken
    │   └── TooLarge ..................... 413
    ├── NotSignedIn ...................... 401  who are you?
    ├── NotAllowed ....................... 403  you may not
    │   └── PasswordChangeNeeded
    ├── NotFound ......................... 404
    ├── Conflict ......................... 409  it does not fit what is there now
    ├── TooMany .......................... 429  later, please
    └── Unavailable ...................... 503  a part we need is away

The docstring is the message when none is given.
"""

from typing import Any, ClassVar


class HomepotError(Exception):
    """Something went wrong on our side; it has been logged."""

    status: ClassVar[int] = 500
    kind: ClassVar[str] = "internal"
    title: ClassVar[str] = "Internal error"

    def __init__(self, detail: str | None = None, **extra: Any) -> None:
        self.detail = detail or " ".join((type(self).__doc__ or "").split())
        self.extra = extra
        super().__init__(self.detail)

    @property
    def headers(self) -> dict[str, str]:
        return {}


class BadInput(HomepotError):
    """What was sent cannot be taken."""

    status = 422
    kind = "bad-input"
    title = "Bad input"

    def __init__(self, detail: str | None = None, *, at: str | None = None, **extra: Any) -> None:
        super().__init__(detail, **extra)
        if at is not None:
            self.extra.setdefault("errors", [{"at": at, "problem": self.detail}])


class TooLarge(BadInput):
    """What was sent is larger than this address takes."""

    status = 413
    kind = "too-large"
    title = "Too large"


class NotSignedIn(HomepotError):
    """Sign in first: no valid session, token or device key came with this request."""

    status = 401
    kind = "not-signed-in"
    title = "Not signed in"

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": "Bearer"}


class NotAllowed(HomepotError):
    """Your role does not allow this."""

    status = 403
    kind = "not-allowed"
    title = "Not allowed"


class PasswordChangeNeeded(NotAllowed):
    """Choose a password of your own first: the one you signed in with was for one time."""

    kind = "password-change-needed"
    title = "Password change needed"


class NotFound(HomepotError):
    """There is nothing here."""

    status = 404
    kind = "not-found"
    title = "Not found"


class Conflict(HomepotError):
    """This does not fit what is there now; load it again and decide anew."""

    status = 409
    kind = "conflict"
    title = "Conflict"


class TooMany(HomepotError):
    """Too many requests; try again a little later."""

    status = 429
    kind = "too-many"
    title = "Too many requests"

    def __init__(
        self, detail: str | None = None, *, retry_after_s: float = 1, **extra: Any
    ) -> None:
        super().__init__(detail, **extra)
        self.retry_after_s = max(1, int(-(-retry_after_s // 1)))

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.retry_after_s)}


class Unavailable(HomepotError):
    """A part that is needed for this is away just now; try again in a few seconds."""

    status = 503
    kind = "unavailable"
    title = "Unavailable"

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": "2"}
