"""How people get an address wrong, and what to write instead. Pure; no piece of what was written is
ever in what is said.
"""

import re
from typing import Any

# What to write, by service. Apprise's own words are for those who read its source.
_MAIL = (
    "write mailtos://USER:PASSWORD@example.org?to=YOU@example.org, with %40 for an @ and %3A for"
    " a : inside the password; for a mail server of your own that asks for none,"
    " mailto://MAIL-SERVER?from=HOMEPOT@example.org&to=YOU@example.org"
)
_NTFY = "write ntfy://TOPIC, or ntfys://YOUR-SERVER/TOPIC for a server of your own"
_TELEGRAM = "write tgram://BOT-TOKEN/CHAT-ID; the bot's token is the one that @BotFather gave"
_SLACK = "write slack://A/B/C, the three parts of the webhook's address after services/"
_DISCORD = (
    "write discord://ID/TOKEN, the two last parts of the webhook's address after api/webhooks/"
)
_WEBHOOK = "write json://HOST/PATH, or jsons://HOST/PATH where it is spoken to over TLS"
_MQTT = "write mqtt://USER:PASSWORD@BROKER/TOPIC, or mqtts:// where it is spoken to over TLS"
_GUIDES = {
    "mailto": _MAIL,
    "mailtos": _MAIL,
    "ntfy": _NTFY,
    "ntfys": _NTFY,
    "tgram": _TELEGRAM,
    "slack": _SLACK,
    "discord": _DISCORD,
    "json": _WEBHOOK,
    "jsons": _WEBHOOK,
    "mqtt": _MQTT,
    "mqtts": _MQTT,
    "gotify": "write gotify://HOST/TOKEN, or gotifys:// where it is spoken to over TLS",
    "gotifys": "write gotifys://HOST/TOKEN, the token of an application of that server",
    "pover": "write pover://USER-KEY@TOKEN, the token of an application of your account",
    "workflows": "write workflows://HOST/WORKFLOW/SIGNATURE, parts of the address of the workflow",
}
# The names that services go by, and those they have here.
_OTHER_NAMES = {
    "smtp": "mailto",
    "smtps": "mailtos",
    "mail": "mailto",
    "email": "mailto",
    "telegram": "tgram",
    "webhook": "json",
    "webhooks": "jsons",
    "pushover": "pover",
    "teams": "workflows",
    "msteams": "workflows",
}
# Addresses of web pages and webhooks that services give out.
_PAGES = (
    (re.compile(r"^https?://hooks\.slack\.com/", re.IGNORECASE), "slack"),
    (re.compile(r"^https?://(\w+\.)?discord(app)?\.com/", re.IGNORECASE), "discord"),
    (re.compile(r"^https?://api\.telegram\.org/", re.IGNORECASE), "tgram"),
    (re.compile(r"^(https?://)?ntfy\.sh/", re.IGNORECASE), "ntfy"),
    (re.compile(r"^https?://[\w.-]+\.logic\.azure\.com", re.IGNORECASE), "workflows"),
    (re.compile(r"^(mailto:)?[^\s/@:]+@[\w.-]+$", re.IGNORECASE), "mailtos"),
    (re.compile(r"^mailto:(?!//)", re.IGNORECASE), "mailto"),
)


def guide(scheme: str) -> str | None:
    """What to write for this service, where that is known."""
    return _GUIDES.get(_OTHER_NAMES.get(scheme, scheme))


def meant(url: str) -> str | None:
    """What to write instead of an address that belongs to a service, but is not written as one.

    >>> meant("https://ntfy.sh/s3cr3t")
    'write ntfy://TOPIC, or ntfys://YOUR-SERVER/TOPIC for a server of your own'
    >>> meant("json://hook.lan/x") is None
    True
    """
    scheme = url.partition("://")[0].lower()
    if scheme in _OTHER_NAMES:
        return guide(scheme)
    return next((_GUIDES[name] for page, name in _PAGES if page.match(url)), None)


def missing(scheme: str, plugin: Any) -> str | None:
    """What a service needs beyond what its plugin asks for before it is used."""
    if scheme in ("mailto", "mailtos"):
        return _mail_problem(plugin)
    if scheme == "tgram" and not plugin.targets:
        return "it does not say to which chat"
    if scheme in ("ntfy", "ntfys", "mqtt", "mqtts") and not plugin.topics:
        return "it does not say which topic"
    return None


def mail_address_problem(url: str) -> str:
    """Of an address of mail that cannot be used at all.

    >>> mail_address_problem("mailto://ada:p@ss@example.org")
    'only one @ stands before the name of the mail house'
    >>> mail_address_problem("mailto://mail.lan?to=ada@example.org")
    'it does not say who sends the mail'
    """
    place, _, query = url.partition("://")[2].partition("?")
    if place.count("@") > 1:
        return "only one @ stands before the name of the mail house"
    if "@" not in place and not re.search(r"(^|&)from=[^&]", query):
        return "it does not say who sends the mail" if place else "it names no mail house"
    return "the address is not whole"


def _mail_problem(plugin: Any) -> str | None:
    if not plugin.targets:
        return "there is nobody whom the mail would reach: what stands after to= is no address"
    is_known_house = plugin.smtp_host != plugin.host
    if is_known_house and not plugin.password:
        return f"{plugin.smtp_host} takes no mail without a password"
    return None
