"""How the devices' words reach the server: readings in batches, heartbeats, events, commands."""

import logging
from collections.abc import Iterable
from typing import Any, Final

from homepot_simulator.client import Server, bearer, columns
from homepot_simulator.clock import stamp
from homepot_simulator.enrol import device_headers
from homepot_simulator.errors import RefusedError, SimulatorError
from homepot_simulator.events import Event
from homepot_simulator.state import Identities
from homepot_simulator.world import Readings

_log: Final = logging.getLogger(__name__)

_UNAUTHORISED: Final = 401
_FORBIDDEN: Final = 403
_NOT_FOUND: Final = 404
_WARNINGS_MAX: Final = 200
_ANSWERED: Final = frozenset({"ping", "health_check", "status_request"})


class Reporter:
    """Speaks for every device: with the collector's token for all at once, or each by its key."""

    def __init__(self, server: Server, known: Identities, token: str | None) -> None:
        self._server, self._known, self._token = server, known, token
        self._warned: set[tuple[str, str]] = set()
        self.rows_stored = 0
        self.rows_repeated = 0

    def introduced(self) -> bool:
        """Whether the server still knows any of these devices."""
        for who in self._known.devices.values():
            path = f"/api/v1/agent/{who.device_id}/status"
            try:
                self._server.patiently("GET", path, headers=device_headers(who))
            except RefusedError as error:
                if error.status != _UNAUTHORISED:
                    return True
            else:
                return True
        return False

    def readings(self, reports: Iterable[Readings]) -> None:
        """Comes back when all of them are stored; what is refused for good is said."""
        told = [one for one in reports if len(one.times_us)]
        if self._token is not None:
            by_metrics: dict[tuple[str, ...], list[Readings]] = {}
            for one in told:
                by_metrics.setdefault(one.metrics, []).append(one)
            for batch in by_metrics.values():
                if not self._collected(batch):
                    break
            else:
                return
        for one in told:
            self._by_itself(one)

    def heartbeat(self, device_key: str, now_us: int) -> None:
        who = self._known.devices[device_key]
        body = {"device_id": who.device_id, "timestamp": stamp(now_us), "status": "online"}
        self._for_device(device_key, "POST", "/api/v1/agent/heartbeat", body)

    def event(self, one: Event) -> None:
        body: dict[str, Any] = {
            "device_id": self._known.devices[one.device_key].device_id,
            "timestamp": stamp(one.time_us),
        }
        if one.level == "info":
            body |= {"event_type": one.event, "description": one.message}
            path = "/api/v1/agent/audit"
        else:
            body |= {"level": one.level, "message": one.message, "context": {"event": one.event}}
            path = "/api/v1/agent/logs"
        self._for_device(one.device_key, "POST", path, body, patient=True)

    def commands(self, device_key: str) -> None:
        """Fetches what the device is asked to do, and says honestly what came of it."""
        who = self._known.devices[device_key]
        waiting = self._for_device(device_key, "GET", "/api/v1/devices/pending")
        for command in waiting if isinstance(waiting, list) else []:
            number, kind = command["command_id"], command["command_type"]
            acknowledge = f"/api/v1/devices/{who.device_id}/commands/{number}/ack"
            self._for_device(device_key, "POST", acknowledge, {})
            if kind in _ANSWERED:
                outcome: dict[str, Any] = {"status": "completed", "result": {"simulated": True}}
            else:
                words = f"A simulated device cannot carry out {kind}"
                outcome = {"status": "failed", "result": {"error": words}}
            self._for_device(device_key, "PUT", f"/api/v1/devices/{number}/status", outcome)
            _log.info("%s was asked for %s: %s.", device_key, kind, outcome["status"])

    def _collected(self, batch: list[Readings]) -> bool:
        """Sends with the token; False if the token may not do that, and never will."""
        assert self._token is not None
        packed = columns(batch, self._known.name)
        try:
            answer = self._server.patiently(
                "POST", "/api/telemetry", packed=packed, headers=bearer(self._token)
            )
        except RefusedError as error:
            if error.status == _FORBIDDEN:
                _log.warning("The token may not send telemetry; each device sends its own.")
                self._token = None
                return False
            if error.status == _UNAUTHORISED:
                raise SimulatorError("The server no longer knows the API token") from error
            raise
        self._count(answer)
        return True

    def _by_itself(self, one: Readings) -> None:
        packed = columns([one], self._known.name)
        self._count(self._for_device(one.device_key, "POST", "/api/telemetry", packed=packed))

    def _for_device(
        self,
        device_key: str,
        method: str,
        path: str,
        body: object = None,
        *,
        packed: bytes | None = None,
        patient: bool = False,
    ) -> Any:
        """Speaks as the device. One that is shut out is passed over, and that is said once."""
        headers = device_headers(self._known.devices[device_key])
        ask = self._server.patiently if packed is not None or patient else self._server.once
        try:
            answer = ask(method, path, body, packed=packed, headers=headers)
        except RefusedError as error:
            shut_out = error.status in {_UNAUTHORISED, _FORBIDDEN}
            if not shut_out and error.status != _NOT_FOUND:
                raise
            if error.status == _NOT_FOUND and packed is not None:
                raise
            self._warn(device_key, f"{device_key} is shut out. {error}")
            return None
        return answer

    def _count(self, answer: Any) -> None:
        if not isinstance(answer, dict):
            return
        self.rows_stored += int(answer.get("stored", 0))
        self.rows_repeated += int(answer.get("repeated", 0))
        if answer.get("corrected"):
            self._warn("corrected", "Rows were there already with other values; does another"
                       " simulator use the same identities?")  # fmt: skip
        for one in answer.get("rejected") or []:
            self._warn("rejected", f"A row was rejected: {one.get('reason')}")

    def _warn(self, about: str, words: str) -> None:
        if (about, words) not in self._warned and len(self._warned) < _WARNINGS_MAX:
            self._warned.add((about, words))
            _log.warning("%s", words)
