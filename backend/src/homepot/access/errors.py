"""Refusals of this capability; see core/errors.py for the tree they hang on."""

from homepot.core.errors import NotAllowed


class CsrfTokenNeeded(NotAllowed):
    """A change asked for by a browser needs the header X-CSRF-Token: the csrf_token that signing
    in and GET /api/auth/me answer with."""

    kind = "csrf-token-needed"


class SessionNeeded(NotAllowed):
    """Only a person who has signed in may do this, not a program with a token."""

    kind = "session-needed"


class WrongOrigin(NotAllowed):
    """This page was not served by this server, so it may not use your session."""

    kind = "wrong-origin"


class PlainHttp(NotAllowed):
    """Over plain HTTP anybody on the way could read your password. Put TLS in front of HOMEPOT and
    set public_url to its https address, as the operator guide says; or, in a network where nobody
    listens, set sign_in_over_http: true."""

    kind = "plain-http"
