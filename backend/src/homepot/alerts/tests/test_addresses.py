"""Addresses that people get wrong: refused when they are entered, with what to write instead."""

import pytest

from homepot.alerts.doors.addresses import WrongAddress, read

MAIL = "mailtos://USER:PASSWORD@example.org?to=YOU@example.org"
WRONG = [
    ("mailto://", "it names no mail house", MAIL),
    ("mailto://mail.lan?to=ada@lan.org", "it does not say who sends", "from=HOMEPOT@example.org"),
    ("mailto://ada:p@ss@gmail.com", "only one @", "%40 for an @"),
    ("mailto://ada@mail.lan?to=bob", "nobody whom the mail would reach", MAIL),
    ("mailto://ada@gmail.com", "smtp.gmail.com takes no mail without a password", MAIL),
    ("mailto:ada@gmail.com", "not how an address is written", MAIL),
    ("ada@gmail.com", "not how an address is written", MAIL),
    ("smtp://mail.lan", "not how an address is written", "mailto://MAIL-SERVER"),
    ("tgram://", "not whole", "tgram://BOT-TOKEN/CHAT-ID"),
    ("tgram://123456789:abcdefg", "to which chat", "tgram://BOT-TOKEN/CHAT-ID"),
    ("https://api.telegram.org/bot1:2/sendMessage", "not how", "tgram://BOT-TOKEN/CHAT-ID"),
    ("slack://abc", "not whole", "slack://A/B/C"),
    ("https://hooks.slack.com/services/T0/B0/XX", "not how", "slack://A/B/C"),
    ("discord://123", "not whole", "discord://ID/TOKEN"),
    ("https://discord.com/api/webhooks/1/abc", "not how", "discord://ID/TOKEN"),
    ("ntfy://", "which topic", "ntfy://TOPIC"),
    ("ntfy.sh/topic", "not how", "ntfy://TOPIC"),
    ("msteams://x", "not how", "workflows://HOST"),
    ("gotify://host", "not whole", "gotify://HOST/TOKEN"),
    ("mqtt://host", "which topic", "mqtt://USER:PASSWORD@BROKER/TOPIC"),
    ("json:///path", "which host", "json://HOST/PATH"),
    ("json://hook.lan:99999/x", "the port in it", "1 to 65535"),
    ("https://hook.lan/x", "for a webhook", "jsons://"),
    ("sms://12345", "not whole", "no service that is known"),
    ("signal://", "Source Phone", "signal://{host}/{from_phone}"),
]


@pytest.mark.parametrize(("url", "problem", "instead"), WRONG)
def test_a_wrong_address_is_refused_with_what_to_write(
    url: str, problem: str, instead: str
) -> None:
    with pytest.raises(WrongAddress) as refused:
        read(url)
    said = str(refused.value)
    assert problem in said
    assert instead in said
    # plain words: nothing of how the library writes them
    assert not set("~<>") & set(said)
    assert "None" not in said


@pytest.mark.parametrize(
    "url",
    [
        "mailto://ada:hunter2@ss@gmail.com",
        "mailto://ada:hunter2@x?to=nobody",
        "tgram://hunter2",
        "slack://hunter2",
        "https://hooks.slack.com/services/hunter2",
        "signal://hunter2",
        "twilio://hunter2:hunter2",
    ],
)
def test_no_piece_of_a_wrong_address_is_said_again(url: str) -> None:
    with pytest.raises(WrongAddress) as refused:
        read(url)
    assert "hunter2" not in str(refused.value)
    assert "ss@" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "mailto://homepot@mail.lan?to=ada@lan.org",
        "mailto://mail.lan?from=homepot@lan.org&to=ada@lan.org",
        "mailto://127.0.0.1:2525?from=homepot@lan.org&to=ada@lan.org",
        "mailtos://ada:pw%40x@gmail.com",
        "tgram://123456789:abcdefg/42",
        "ntfy://topic",
        "ntfys://my.host/topic",
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
        "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
        "json://hook.lan/x",
        "mqtts://me:pw@broker.lan/alerts",
        "gotify://host/Abcdefghijklmno",
    ],
)
def test_what_is_right_is_taken(url: str) -> None:
    assert read(url).shown.endswith("…")
