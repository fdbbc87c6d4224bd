"""Secrets: how they are made, kept and compared.

A secret that we made ourselves holds 256 random bits, so a plain SHA-256 of it is kept and
found again by an index. A password is chosen by a person, so it is kept as argon2.
"""

import hashlib
import hmac
import secrets
from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

_passwords = PasswordHash((Argon2Hasher(),))


@cache
def _nobody() -> str:
    """Checked in place of a missing user's hash, so that both answers cost the same time."""
    return _passwords.hash(secrets.token_urlsafe(32))


def new_secret(prefix: str) -> str:
    """A fresh secret; the prefix lets a person (or a scanner) see what it opens."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def digest(secret: str) -> bytes:
    """What is stored of a secret that we made ourselves."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def same(left: str, right: str) -> bool:
    """Compare two secrets in a time that does not depend on where they differ."""
    return hmac.compare_digest(left.encode("utf-8", "surrogatepass"), right.encode("utf-8"))


def hash_password(password: str) -> str:
    return _passwords.hash(password)


def verify_password(password: str, stored: str | None) -> bool:
    """Whether the password fits; for an unknown user (`stored` is None) the same work is done."""
    fits = _passwords.verify(password, stored or _nobody())
    return fits and stored is not None
