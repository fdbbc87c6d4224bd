"""The way out to every service that apprise knows; nothing else here sends through it."""

import email
import warnings
from email import policy
from typing import Any

from homepot.alerts.doors.addresses import WrongAddress, asset, hidden, plugin_for
from homepot.alerts.doors.door import NotSent, Way
from homepot.alerts.doors.library import (
    Apprise,
    AppriseAttachment,
    AppriseException,
    AppriseSMTPController,
    AttachMemory,
    NotifyEmail,
    NotifyFormat,
    NotifyType,
    refusal,
    warnings_of,
)
from homepot.alerts.words import Message, repeated

# Webhooks: the body and the headers are ours to add to.
_WEBHOOKS = ("json", "jsons", "xml", "xmls", "form", "forms")
_PROBLEM_MAX = 500


class ServiceDoor:
    def send(self, way: Way, message: Message, *, again: bool) -> None:
        assert way.url is not None
        scheme = way.url.partition("://")[0].lower()
        try:
            plugin = plugin_for(way.url)
        except WrongAddress as error:
            raise NotSent(str(error)) from None
        with warnings_of() as said:
            try:
                sent = self._send(scheme, plugin, way, message, again=again)
            except (AppriseException, OSError, ValueError, TypeError) as error:
                raise NotSent(_problem(refusal(error) or repr(error), way.url)) from None
            if not sent:
                raise NotSent(_problem(" ".join(said), way.url))

    def _send(self, scheme: str, plugin: Any, way: Way, message: Message, *, again: bool) -> bool:
        if isinstance(plugin, NotifyEmail):
            return _mail(plugin, way, message)
        text = way.text_of(message)
        if scheme in _WEBHOOKS:
            plugin.headers["Idempotency-Key"] = message.id
            plugin.headers["X-Alert-Id"] = message.id
            if scheme in ("json", "jsons"):
                plugin.payload_extras.update(_extras(message))
        elif again:
            text = repeated(text)
        through = Apprise(asset=asset())
        through.add(plugin)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            done = through.notify(
                title=message.title,
                body=text,
                notify_type=_type(message),
                body_format=NotifyFormat.TEXT,
                attach=_attachment(way),
            )
        return bool(done)


_TYPES = {
    "info": NotifyType.INFO,
    "warning": NotifyType.WARNING,
    "critical": NotifyType.FAILURE,
}


def _type(message: Message) -> NotifyType:
    """As bad as the worst that is not over; good news where all is."""
    living = [one["severity"] for one in message.incidents if one["state"] != "over"]
    if message.incidents and not living:
        return NotifyType.SUCCESS
    return _TYPES[max(living, default="info", key=_rank)]


def _rank(severity: str) -> int:
    return list(_TYPES).index(severity)


def _extras(message: Message) -> dict[str, Any]:
    return {
        "alert_id": message.id,
        "kind": message.kind,
        "incidents": list(message.incidents),
    }


def _attachment(way: Way) -> Any:
    one = way.attached
    if one is None:
        return None
    kind: Any = AttachMemory  # it has no types
    return AppriseAttachment(kind(content=one.content, name=one.name, mimetype=one.type))


def _mail(plugin: Any, way: Way, message: Message) -> bool:
    """Each mail with an id of ours, the same at every attempt, by which it can be known again."""
    prepared = NotifyEmail.prepare_emails(
        subject=message.title,
        body=way.text_of(message),
        attach=_attachment(way),
        notify_format=NotifyFormat.TEXT,
        from_addr=plugin.from_addr,
        to=plugin.targets,
        cc=plugin.cc,
        bcc=plugin.bcc,
        reply_to=plugin.reply_to,
        smtp_host=plugin.smtp_host,
        headers={"X-Alert-Id": message.id, "Auto-Submitted": "auto-generated"},
        names=plugin.names,
        tzinfo=plugin.tzinfo,
    )
    with AppriseSMTPController(
        host=plugin.smtp_host,
        port=plugin.port,
        secure_mode=plugin.secure_mode,
        user=plugin.user,
        password=plugin.password,
        verify_certificate=plugin.verify_certificate,
        socket_connect_timeout=plugin.socket_connect_timeout,
    ) as server:
        results = [
            server.sendmail(plugin.from_addr[1], one.to_addrs, _with_id(one.body, message.id))
            for one in prepared
        ]
    return bool(results) and all(results)


def _with_id(spelled: str, message_id: str) -> str:
    mail = email.message_from_string(spelled, policy=policy.compat32)
    del mail["Message-ID"]
    mail["Message-ID"] = f"<{message_id}@alerts.homepot>"
    return mail.as_string()


def _problem(said: str, url: str) -> str:
    text = hidden(" ".join(said.split()), url) or "the service did not take it and gave no reason"
    return text[:_PROBLEM_MAX]
