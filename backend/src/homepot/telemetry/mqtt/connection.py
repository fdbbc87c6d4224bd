"""One connection to the broker, in the event loop. Nothing else here speaks paho."""

import asyncio
import ssl
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from homepot.telemetry.mqtt.broker import Broker

KEEPALIVE_S = 60
ANSWER_WITHIN_S = 10.0
# What the broker may send ahead of acknowledgements: the whole of the back-pressure. A broker of
# MQTT 3.1.1 has a limit of its own instead.
RECEIVE_MAX = 2_000
# The session waits for us for ever, as it does by MQTT 3.1.1.
_SESSION_EXPIRY_S = 0xFFFF_FFFF
_READ_AT_ONCE_MAX = 50
_UNSUPPORTED = "Unsupported protocol version"


class BrokerAway(Exception):
    """The broker cannot be reached, or does not let us in; the text says why."""


class OlderProtocol(BrokerAway):
    """The broker does not speak MQTT 5."""


@dataclass(frozen=True)
class Login:
    broker: Broker
    client_id: str
    ca_path: Path | None
    filters: Sequence[str]


class _Tls(ssl.SSLContext):
    """Remembers its socket: paho leaves one open whose handshake failed."""

    _made: ssl.SSLSocket | None

    def __new__(cls, _ca_path: Path | None) -> Self:
        return super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)

    def __init__(self, ca_path: Path | None) -> None:
        self._made = None
        if ca_path is None:
            self.load_default_certs()
        else:
            self.load_verify_locations(cafile=ca_path)

    def wrap_socket(self, *given: Any, **named: Any) -> ssl.SSLSocket:
        self._made = super().wrap_socket(*given, **named)
        return self._made

    def close(self) -> None:
        if self._made is not None:
            self._made.close()


class Connection:
    """Opened once, closed once. What came over it can be acknowledged over it alone."""

    def __init__(
        self, login: Login, version: MQTTProtocolVersion, arrived: Callable[[MQTTMessage], None]
    ) -> None:
        self._login = login
        self._version = version
        self._arrived = arrived
        self._loop = asyncio.get_running_loop()
        self._connected: asyncio.Future[bool] = self._loop.create_future()
        self._subscribed: asyncio.Future[list[str]] = self._loop.create_future()
        self.closed: asyncio.Future[str] = self._loop.create_future()
        self._tls: _Tls | None = None
        self._client = self._made()
        self._reading = False
        self._seen = 0

    def _made(self) -> Client:
        login, broker = self._login, self._login.broker
        older = self._version is not MQTTProtocolVersion.MQTTv5
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=login.client_id,
            clean_session=False if older else None,
            protocol=self._version,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        if broker.username is not None:
            client.username_pw_set(broker.username, broker.password)
        if broker.tls:
            self._tls = _Tls(login.ca_path)
            client.tls_set_context(self._tls)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    async def open(self) -> tuple[bool, list[str]]:
        """Whether the session was still there, and the topics that were refused."""
        broker = self._login.broker
        try:
            await asyncio.to_thread(self._connect, broker)
        except (OSError, ValueError) as error:
            if self._tls is not None:
                self._tls.close()
            raise BrokerAway(f"{broker.name} cannot be reached: {_words(error)}") from None
        self._join_loop()
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                was_there = await self._connected
                self._subscribe()
                return was_there, await self._subscribed
        except TimeoutError:
            raise BrokerAway(f"{broker.name} does not answer") from None

    def _connect(self, broker: Broker) -> None:
        if self._version is not MQTTProtocolVersion.MQTTv5:
            self._client.connect(broker.host, broker.port, KEEPALIVE_S)
            return
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = _SESSION_EXPIRY_S
        properties.ReceiveMaximum = RECEIVE_MAX
        self._client.connect(
            broker.host, broker.port, KEEPALIVE_S, clean_start=False, properties=properties
        )

    def _subscribe(self) -> None:
        if self._version is MQTTProtocolVersion.MQTTv5:
            # Retained states once, not at each return.
            options = SubscribeOptions(qos=1, retainHandling=1)
            self._client.subscribe([(one, options) for one in self._login.filters])
        else:
            self._client.subscribe([(one, 1) for one in self._login.filters])

    # -- in the event loop ---------------------------------------------------------------------

    def _join_loop(self) -> None:
        self._client.on_socket_close = self._on_socket_close
        self._client.on_socket_register_write = self._on_register_write
        self._client.on_socket_unregister_write = self._on_unregister_write
        self.resume()
        if self._client.want_write():
            self._on_register_write(self._client, None, self._client.socket())
        self._loop.call_later(1.0, self._look_after)

    def _look_after(self) -> None:
        """Signs of life to the broker, and noticing that it gives none."""
        if not self.closed.done():
            self._client.loop_misc()
            self._loop.call_later(1.0, self._look_after)

    def _read(self) -> None:
        for _ in range(_READ_AT_ONCE_MAX):
            seen = self._seen
            failed = self._client.loop_read() != MQTTErrorCode.MQTT_ERR_SUCCESS
            socket = self._client.socket()
            if failed or socket is None or not self._reading:
                return
            # Bytes that TLS has unpacked already wake nobody up.
            if seen == self._seen and not (isinstance(socket, ssl.SSLSocket) and socket.pending()):
                return

    def pause(self) -> None:
        """Read no more for now: the broker's bytes wait in the network."""
        socket = self._client.socket()
        if self._reading and socket is not None:
            self._loop.remove_reader(socket)
        self._reading = False

    def resume(self) -> None:
        socket = self._client.socket()
        if not self._reading and socket is not None:
            self._loop.add_reader(socket, self._read)
            self._reading = True

    def acknowledge(self, packets: Iterable[int]) -> None:
        """In the order they came. Over a connection that has ended it means nothing."""
        if not self.closed.done():
            for packet in packets:
                self._client.ack(packet, 1)

    def close(self) -> None:
        """What has been acknowledged goes out first; the session stays."""
        socket = self._client.socket()
        if socket is None:
            return
        self._client.disconnect()
        self._client.loop_write()
        left = self._client.socket()
        if left is not None:  # it takes no more bytes just now
            self._loop.remove_reader(left)
            self._loop.remove_writer(left)
            left.close()
        self._end("closed")

    # -- what paho tells -----------------------------------------------------------------------

    def _on_connect(self, _client: Any, _data: Any, flags: Any, code: ReasonCode, _: Any) -> None:
        if self._connected.done():
            return
        if not code.is_failure:
            self._connected.set_result(flags.session_present)
        elif str(code) == _UNSUPPORTED:
            self._connected.set_exception(OlderProtocol(f"it does not speak {self._version.name}"))
        else:
            name = self._login.broker.name
            self._connected.set_exception(BrokerAway(f"{name} does not let us in: {code}"))

    def _on_subscribe(self, _client: Any, _data: Any, _mid: int, codes: Any, _: Any) -> None:
        pairs = zip(self._login.filters, codes, strict=False)
        refused = [f"{one} ({code})" for one, code in pairs if code.is_failure]
        if not self._subscribed.done():
            self._subscribed.set_result(refused)

    def _on_disconnect(self, _client: Any, _data: Any, _flags: Any, code: Any, _: Any) -> None:
        self._end(str(code))

    def _end(self, reason: str) -> None:
        if not self.closed.done():
            self.closed.set_result(reason)
        for waiting in (self._connected, self._subscribed):
            if not waiting.done():
                waiting.set_exception(BrokerAway(f"the connection ended: {reason}"))
                waiting.exception()  # whether anybody waits or not

    def _on_message(self, _client: Any, _data: Any, message: MQTTMessage) -> None:
        self._seen += 1
        self._arrived(message)

    def _on_socket_close(self, _client: Any, _data: Any, socket: Any) -> None:
        self._reading = False
        with suppress(ValueError, OSError):
            self._loop.remove_reader(socket)
            self._loop.remove_writer(socket)

    def _on_register_write(self, _client: Any, _data: Any, socket: Any) -> None:
        self._loop.add_writer(socket, self._client.loop_write)

    def _on_unregister_write(self, _client: Any, _data: Any, socket: Any) -> None:
        with suppress(ValueError, OSError):
            self._loop.remove_writer(socket)


def _words(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message}); see mqtt_ca_path"
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(said)
