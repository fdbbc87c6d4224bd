"""Addresses of services, as apprise writes them: taken, refused with the reason, and hidden.

Nothing here connects to anything.
"""

import re
import warnings
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

from homepot.alerts.doors.guides import guide, mail_address_problem, meant, missing
from homepot.alerts.doors.library import Apprise, AppriseAsset, AppriseException, warnings_of

# What speaks to the screen or the log of the machine itself reaches nobody.
_ON_THE_MACHINE = frozenset(
    "blink1 dbus glib gnome kde macosx qt syslog windows".split()  # noqa: SIM905
)
# What would make the server read a file of its own.
_READS_A_FILE = frozenset("template keyfile subfile pgp pgpkey pgppub pgpprv pem attach".split())  # noqa: SIM905
# Here the host is an address; elsewhere it is often a secret already.
_HOST_IS_SHOWN = frozenset(
    "json jsons xml xmls form forms mailto mailtos mqtt mqtts gotify gotifys".split()  # noqa: SIM905
)
_PORTS = {"mailto": 25, "mailtos": 587, "mqtt": 1883, "mqtts": 8883}
_KNOWN = "mailto://, tgram://, slack://, ntfy://, json:// (a webhook), mqtt://"
# So that the number of an answer or a port stays in what is said.
_PORT_DIGITS_MAX = 5
_HTTP = re.compile(r"https?$")


class WrongAddress(ValueError):
    """The address cannot be used; the text says why, without a secret."""


@dataclass(frozen=True)
class Address:
    """An address that will do."""

    shown: str
    service: str
    is_mail: bool


@cache
def asset() -> Any:
    """No files, no keys of its own, no redirects to where the owner did not point."""
    return AppriseAsset(
        app_id="HOMEPOT",
        app_desc="HOMEPOT",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        storage_mode="memory",
        http_redirects=False,
        # Sent in our own thread, so that what it complains of is known to be of this message;
        # connecting and reading have limits of their own.
        service_timeout=0,
        pgp_autogen=False,
        pem_autogen=False,
        allow_templates=False,
    )


def plugin_for(url: str) -> Any:
    """apprise's own object for an address; WrongAddress says why there is none."""
    with warnings.catch_warnings(), warnings_of() as said:
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            found = Apprise.instantiate(url, asset=asset(), suppress_exceptions=False)
        except (TypeError, ValueError, AppriseException) as error:
            raise WrongAddress(hidden(str(error), url)) from None
    if found is None:
        reason = hidden(said[0], url) if said else ""
        raise WrongAddress(reason or "the address is not complete")
    return found


def read(url: str) -> Address:
    """Look at an address before it is kept; WrongAddress says what is wrong and what to do."""
    scheme, mark, rest = url.partition("://")
    scheme = scheme.lower()
    if (instead := meant(url)) is not None:
        raise WrongAddress(f"that is not how an address is written here; {instead}")
    if not mark or not scheme:
        raise WrongAddress(f"an address begins with its service: {_KNOWN} and others of apprise")
    if re.search(r"[\s\x00-\x1f\x7f]", url):
        raise WrongAddress("an address holds no blank; write %20, and give one address only")
    if _HTTP.match(scheme):
        other = "jsons" if scheme == "https" else "json"
        raise WrongAddress(f"for a webhook write {other}:// instead of {scheme}://")
    if scheme in _ON_THE_MACHINE:
        raise WrongAddress(f"{scheme}:// shows a message on the server's own screen or log")
    if found := _READS_A_FILE & {key.lower().lstrip("+-:") for key in _keys(rest)}:
        raise WrongAddress(f"{min(found)}= would read a file of the server; leave it out")
    _check_port(url)
    if re.match(r"[^:]+:///", url) and scheme in _HOST_IS_SHOWN:
        raise WrongAddress(f"it does not say which host; {_help(scheme)}")
    try:
        plugin = plugin_for(url)
    except WrongAddress as error:
        raise WrongAddress(f"{_why(scheme, url, str(error))}; {_help(scheme)}") from None
    if (problem := missing(scheme, plugin)) is not None:
        raise WrongAddress(f"{problem}; {_help(scheme)}")
    service = str(plugin.service_name)
    is_mail = scheme in ("mailto", "mailtos")
    return Address(_shown(scheme, url), service, is_mail)


def reached_at(url: str) -> tuple[str, int] | None:
    """Host and port that would be spoken to; None where the service is somewhere of its own."""
    scheme = url.partition("://")[0].lower()
    if scheme not in _HOST_IS_SHOWN:
        return None
    plugin = plugin_for(url)
    host = getattr(plugin, "smtp_host", None) or plugin.host
    usual = _PORTS.get(scheme, 443 if plugin.secure else 80)
    return (str(host), int(plugin.port or usual)) if host else None


def _keys(rest: str) -> list[str]:
    query = rest.partition("?")[2]
    return [unquote(part.partition("=")[0]) for part in query.split("&")]


def _check_port(url: str) -> None:
    try:
        port = urlsplit(url).port
    except ValueError:
        # The place of a port holds a secret with some services: then it is none.
        if re.search(r"://[^/?#]*:\d+(?:[/?#]|$)", url):
            raise WrongAddress("the port in it is not a number from 1 to 65535") from None
        return
    if port == 0:
        raise WrongAddress("the port in it is not a number from 1 to 65535")


def _why(scheme: str, url: str, said: str) -> str:
    """What the library complains of, where we know no better; it shows what it read, we do not."""
    if scheme in ("mailto", "mailtos"):
        return mail_address_problem(url)
    if guide(scheme) is not None or _template(scheme) is None:
        return "the address is not whole"
    bare = re.sub(r"\s*(\([^)]*\)|<[^>]*>)", "", said.replace("~", ""))
    return hidden(bare, url).rstrip(". ") or "the address is not whole"


def _help(scheme: str) -> str:
    if (known := guide(scheme)) is not None:
        return known
    template = _template(scheme)
    if template is None:
        return f"{scheme[:32]}:// is no service that is known; there are {_KNOWN} and others"
    return f"write it like {template}"


def _template(scheme: str) -> str | None:
    for one in _services():
        schemes = {*(one["protocols"] or ()), *(one["secure_protocols"] or ())}
        if scheme in schemes:
            return str(one["details"]["templates"][0]).replace("{schema}", scheme)
    return None


@cache
def _services() -> list[dict[str, Any]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        found: list[dict[str, Any]] = Apprise().details()["schemas"]
    return found


def _shown(scheme: str, url: str) -> str:
    host = None
    if scheme in _HOST_IS_SHOWN:
        try:
            parts = urlsplit(url)
            host = parts.hostname and parts.hostname + (f":{parts.port}" if parts.port else "")
        except ValueError:
            host = None
    return f"{scheme}://{host}/…" if host else f"{scheme}://…"


def hidden(text: str, url: str | None) -> str:
    """The text without any piece of the address.

    >>> hidden("hook.lan says: no such s3cr3tpath", "json://hook.lan/s3cr3tpath")
    'hook.lan says: no such …'
    """
    if url is None:
        return text
    scheme, _, rest = url.partition("://")
    for spelled in sorted({rest, unquote(rest)}, key=len, reverse=True):
        if spelled:
            text = text.replace(spelled, "…")
    host = None
    if scheme.lower() in _HOST_IS_SHOWN:
        try:
            host = urlsplit(url).hostname
        except ValueError:
            host = None
    pieces = {
        piece
        for spelled in (rest, unquote(rest))
        for piece in re.split(r"[/:@?&=,+#\s]+", spelled)
        if len(piece) >= 4
        and piece.lower() != (host or "").lower()
        and not (piece.isdigit() and len(piece) <= _PORT_DIGITS_MAX)
    }
    for piece in sorted(pieces, key=len, reverse=True):
        text = re.sub(re.escape(piece), "…", text, flags=re.IGNORECASE)
    return text
