"""One door to the server: asks, waits where waiting helps, and says plainly what was refused."""

import logging
import random
import ssl
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Final, Self

import httpx
import msgpack
import numpy as np

from homepot_simulator.errors import RefusedError, SimulatorError, UnreachableError
from homepot_simulator.world import Readings

_log: Final = logging.getLogger(__name__)

_FIRST_WAIT_S: Final = 0.5
_LONGEST_WAIT_S: Final = 30.0
_LONGEST_ASKED_WAIT_S: Final = 300.0
_AGAIN: Final = frozenset({408, 425, 429, 500, 502, 503, 504})

Wait = Callable[[float], None]


class Server:
    """HOMEPOT's public API, as far as a device and its collector need it."""

    def __init__(
        self,
        url: str,
        *,
        wait: Wait,
        chance: Callable[[], float] = random.random,
        now_s: Callable[[], float],
        timeout_s: float = 30.0,
    ) -> None:
        parsed = httpx.URL(url)
        if parsed.scheme not in {"http", "https"} or not parsed.host:
            raise SimulatorError(f'"{url}" is not the URL of a server, such as http://host:8000')
        self.url = str(parsed).rstrip("/")
        self._wait, self._chance, self._now_s = wait, chance, now_s
        # proxies of the environment are left out: what is sent goes to this server and nowhere else
        self._http = httpx.Client(
            base_url=self.url,
            timeout=httpx.Timeout(timeout_s, connect=5.0),
            trust_env=False,
            verify=ssl.create_default_context() if parsed.scheme == "https" else True,
            headers={"User-Agent": "homepot-simulator"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def once(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        packed: bytes | None = None,
    ) -> Any:
        """Asks once; the answer's JSON, or None where there is none."""
        told = dict(headers or {})
        if packed is not None:
            told["Content-Type"] = "application/msgpack"
        try:
            answer = self._http.request(method, path, json=body, content=packed, headers=told)
        except httpx.TransportError as error:
            reason = str(error) or type(error).__name__
            raise UnreachableError(f"No answer from {self.url}: {reason}") from error
        return self._read(answer, f"{method} {path}")

    def patiently(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        packed: bytes | None = None,
    ) -> Any:
        """Asks until there is an answer, ever less often, and never at the same time as others."""
        tries = 0
        while True:
            try:
                answer = self.once(method, path, body, headers=headers, packed=packed)
            except UnreachableError as error:
                pause_s = self._pause_s(tries, error.retry_after_s)
                level = logging.WARNING if tries in {0, 4} or tries % 20 == 0 else logging.DEBUG
                _log.log(level, "%s. Next try in %.1f s.", error, pause_s)
                self._wait(pause_s)
                tries += 1
            else:
                if tries:
                    _log.info("The server answers again.")
                return answer

    def _pause_s(self, tries: int, asked_s: float | None) -> float:
        if asked_s is not None:
            return min(asked_s, _LONGEST_ASKED_WAIT_S) + self._chance()
        usual = min(_FIRST_WAIT_S * 2.0 ** min(tries, 16), _LONGEST_WAIT_S)
        return usual * (0.5 + 0.5 * self._chance())

    def _read(self, answer: httpx.Response, what: str) -> Any:
        if answer.status_code in _AGAIN:
            asked = self._asked_wait_s(answer.headers.get("Retry-After"))
            raise UnreachableError(
                f"The server is not able to take {what} now ({answer.status_code})", asked
            )
        if not answer.is_success:
            raise RefusedError(answer.status_code, what, _detail(answer))
        if not answer.content:
            return None
        try:
            return answer.json()
        except ValueError as error:
            raise RefusedError(answer.status_code, what, "(the answer is not JSON)") from error

    def _asked_wait_s(self, told: str | None) -> float | None:
        """Retry-After: a number of seconds, or a date."""
        if not told:
            return None
        if told.strip().isdigit():
            return float(told)
        try:
            return max(parsedate_to_datetime(told).timestamp() - self._now_s(), 0.0)
        except ValueError:
            return None


def _detail(answer: httpx.Response) -> str:
    """The server's own words for why not, from a problem or from the wire's plain error."""
    try:
        told = answer.json()
    except ValueError:
        return answer.reason_phrase
    if not isinstance(told, dict):
        return answer.reason_phrase
    words = told.get("detail") or told.get("message") or told.get("title") or ""
    errors = told.get("errors")
    if isinstance(errors, list) and errors and isinstance(errors[0], dict):
        words = f"{words} ({errors[0].get('at')}: {errors[0].get('problem')})"
    return str(words)[:500]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def columns(batch: list[Readings], name: Callable[[str], str]) -> bytes:
    """Readings of devices that have the same metrics, as a MessagePack batch by column."""
    assert len({one.metrics for one in batch}) == 1
    lengths = [len(one.times_us) for one in batch]
    device = np.repeat(np.arange(len(batch), dtype="<i4"), lengths)
    packed: bytes = msgpack.packb(
        {
            "metrics": list(batch[0].metrics),
            "device_ids": [name(one.device_key) for one in batch],
            "device": device.tobytes(),
            "timestamps": np.concatenate([one.times_us for one in batch]).astype("<i8").tobytes(),
            "values": np.concatenate([one.values for one in batch]).astype("<f8").tobytes(),
        }
    )
    return packed
