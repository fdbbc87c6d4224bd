"""What a message says: readings of a device, a sign of life, or nothing. Pure.

Our own topic is read strictly, as `POST /api/telemetry` reads a row. What other products send is
read by their map, which says what matters; the rest of it is theirs.
"""

import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from homepot.core.words import shown
from homepot.telemetry.intake.batch import METRIC_NAME, METRICS_MAX
from homepot.telemetry.intake.rows import SECONDS_MAX, from_rows, seconds_of
from homepot.telemetry.mqtt import paths
from homepot.telemetry.mqtt.maps import OWN_TOPIC, Map
from homepot.telemetry.names import device_id

PAYLOAD_MAX_BYTES = 1024 * 1024
ROWS_MAX = 1_000
ROUTES_KNOWN_MAX = 20_000
NAMES_KNOWN_MAX = 2_000
NO_MAP = "no map fits its topic"
NO_TIME_IN_LIST = "timestamp is missing, and in a list only that tells readings apart"
_TIME_KEYS = ("timestamp", "metrics", "device_id")
_NO_TIME = 1_000_000_000  # a time that is right, for a row that says none
_PLAIN_FLOATS = {float}


class Refused(Exception):
    """A message, or one row of it, that cannot be taken; the text is the reason."""


@dataclass(slots=True)
class Row:
    """One report; `at_us` None where the message does not say when."""

    device: str
    at_us: int | None
    metrics: dict[str, float]


@dataclass(slots=True)
class Said:
    """What became of a message. Nothing of these: it was not for us."""

    rows: Sequence[Row] = ()
    alive: str | None = None
    refused: Sequence[str] = ()


class Reader:
    """Reads messages, remembering which topic is whose."""

    def __init__(self, maps: Sequence[Map]) -> None:
        self._maps = maps
        self._routes: OrderedDict[str, tuple[Map | None, str] | None] = OrderedDict()
        self._names: set[tuple[str, ...]] = set()

    def read(self, topic: str, payload: bytes) -> Said:
        """Refused where the whole cannot be read; single rows are refused in what is given back."""
        route = self._route(topic)
        if route is None:
            raise Refused(NO_MAP)
        map_, device = route
        if (map_ is not None and map_.ignore) or not payload:
            return Said()  # an empty message takes a retained one away
        if len(payload) > PAYLOAD_MAX_BYTES:
            raise Refused(f"larger than {PAYLOAD_MAX_BYTES:,} bytes")
        if map_ is None:
            return self._own(device, payload)
        if map_.alive is not None:
            return Said(alive=device if _is_alive(map_, payload) else None)
        row = _mapped(map_, device, _decoded(payload))
        return Said(rows=[row]) if row else Said(alive=device)

    def _route(self, topic: str) -> tuple[Map | None, str] | None:
        if topic in self._routes:
            return self._routes[topic]
        found: tuple[Map | None, str] | None = None
        own = OWN_TOPIC.device_of(topic)
        if own is not None:
            found = (None, device_id(own))
        else:
            for map_ in self._maps:
                name = map_.pattern.device_of(topic)
                if name is not None:
                    found = (map_, device_id(name))
                    break
        self._routes[topic] = found
        if len(self._routes) > ROUTES_KNOWN_MAX:
            self._routes.popitem(last=False)
        return found

    def _own(self, device: str, payload: bytes) -> Said:
        sent = _decoded(payload)
        if not isinstance(sent, list):
            return Said(rows=[self._own_row(device, sent)])
        if len(sent) > ROWS_MAX:
            raise Refused(f"more than {ROWS_MAX:,} readings in one message")
        rows, refused = [], []
        for number, one in enumerate(sent):
            try:
                rows.append(self._own_row(device, one, timed=len(sent) > 1))
            except Refused as reason:
                refused.append(f"reading {number}: {reason}")
        return Said(rows=rows, refused=refused)

    def _own_row(self, device: str, sent: Any, *, timed: bool = False) -> Row:
        if not isinstance(sent, dict):
            raise Refused("a message is an object with metrics, or of names and numbers")
        metrics = sent.get("metrics")
        if metrics is None:
            metrics = {name: value for name, value in sent.items() if name not in _TIME_KEYS}
        at = sent.get("timestamp")
        if at is None and timed:
            raise Refused(NO_TIME_IN_LIST)
        if (
            sent.get("device_id", device) == device
            and isinstance(metrics, dict)
            and self._are_plain(metrics)
        ):
            at_us = _at_us(at)
            if at is None or at_us is not None:
                return Row(device, at_us, metrics)
        return _slowly(device, sent.get("device_id"), at, metrics)

    def _are_plain(self, metrics: dict[str, Any]) -> bool:
        """Names that were checked before, and a finite number for each."""
        names = tuple(metrics)
        if names not in self._names:
            if not names or len(names) > METRICS_MAX or not all(map(_is_name, names)):
                return False
            if len(self._names) >= NAMES_KNOWN_MAX:
                self._names.clear()
            self._names.add(names)
        values = metrics.values()
        if set(map(type, values)) != _PLAIN_FLOATS:
            if not {float, int}.issuperset(map(type, values)):
                return False
            try:
                metrics.update({name: float(value) for name, value in metrics.items()})
            except OverflowError:
                return False
        return all(map(math.isfinite, values))


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and METRIC_NAME.fullmatch(name) is not None


def _slowly(device: str, said_device: Any, at: Any, metrics: Any) -> Row:
    """The row as every way in reads it, with the same words for what is wrong."""
    if said_device is not None and said_device != device:
        raise Refused(f"device_id is not the device of the topic, {device!r}")
    row = {"device_id": device, "metrics": metrics}
    batch = from_rows([row | {"timestamp": _NO_TIME if at is None else at}], device)
    if batch.rejected:
        raise Refused(batch.rejected[0].reason)
    values = dict(zip(batch.metrics, batch.values[0].tolist(), strict=True))
    return Row(device, None if at is None else int(batch.at_us[0]), values)


def _at_us(given: Any) -> int | None:
    """Microseconds since 1970; None where this is no time, or none is given."""
    if isinstance(given, str):
        try:
            given = datetime.fromisoformat(given)
        except ValueError:
            return None
    if isinstance(given, bool) or not isinstance(given, int | float | datetime):
        return None
    try:
        seconds = seconds_of(given)
    except (ValueError, OverflowError):
        return None
    # As `rows.microseconds` does it for many at once.
    return (
        round(max(-SECONDS_MAX, min(SECONDS_MAX, seconds)) * 1e6)
        if math.isfinite(seconds)
        else None
    )


def _decoded(payload: bytes) -> Any:
    """JSON, or MessagePack where the first byte can be of that alone."""
    packed = payload[0] >= 0x80
    try:
        return msgspec.msgpack.decode(payload) if packed else msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        form = "MessagePack" if packed else "JSON"
        raise Refused(f"not {form}: {str(error)[:120]}") from None


# -- what other products send ------------------------------------------------------------------


def _is_alive(map_: Map, payload: bytes) -> bool:
    assert map_.alive is not None
    said: Any = payload.decode("utf-8", "replace")
    if map_.alive.at is not None:
        try:
            document = msgspec.json.decode(payload)
        except (msgspec.DecodeError, UnicodeDecodeError):
            document = said
        said = paths.at(document, paths.parsed(map_.alive.at)) if document != said else said
    return isinstance(said, str) and said.strip() == map_.alive.word


def _mapped(map_: Map, device: str, document: Any) -> Row | None:
    """None where there is nothing in it that the map takes."""
    if not isinstance(document, dict):
        raise Refused("a message of this map is a JSON object")
    metrics: dict[str, float] = {}
    came_from: dict[str, paths.Path] = {}
    try:
        for path, value in paths.leaves(document):
            if value is None or path == map_.time_path:
                continue
            found = _value_at(map_, path, value)
            if found is None:
                continue
            name, number = found
            if name in came_from:
                both = f"{'.'.join(came_from[name])} and {'.'.join(path)}"
                raise Refused(f"{both} are both {name}: tell them apart in a map of your own")
            came_from[name] = path
            metrics[name] = number
    except paths.TooDeep as reason:
        raise Refused(str(reason)) from None
    if len(metrics) > METRICS_MAX:
        raise Refused(f"more than {METRICS_MAX:,} different metrics in one message")
    return Row(device, _time_of(map_, document), metrics) if metrics else None


def _value_at(map_: Map, path: paths.Path, value: Any) -> tuple[str, float] | None:
    target, stars = map_.plain_targets.get(path), []
    if target is None:
        for wanted, one in map_.star_targets:
            fits = paths.fitting(wanted, path)
            if fits is not None:
                target, stars = one, fits
                break
    if target is None and map_.others == "leave":
        return None
    number = _number(map_, value, text_too=target is not None)
    if number is None:
        if target is None:
            return None  # a text that no map names is theirs
        raise Refused(f"{'.'.join(path)} is not a number: {shown(value)}")
    if target is None:
        return paths.metric_name(path), number
    number *= target.factor
    if not math.isfinite(number):
        raise Refused(f"{'.'.join(path)} is not a finite number")
    return target.name(stars), number


def _number(map_: Map, value: Any, *, text_too: bool) -> float | None:
    if isinstance(value, str):
        if value in map_.words:
            return map_.words[value]
        if not text_too:
            return None
    elif not isinstance(value, bool | int | float):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _time_of(map_: Map, document: dict[str, Any]) -> int | None:
    """The time the message says, where it says one that is the same everywhere."""
    if map_.time_path is None:
        return None
    given = paths.at(document, map_.time_path)
    if isinstance(given, str):
        try:
            moment = datetime.fromisoformat(given)
        except ValueError:
            return None
        if moment.tzinfo is None:
            if map_.zone is None:
                return None
            moment = moment.replace(tzinfo=ZoneInfo(map_.zone))
        return _at_us(moment)
    is_ms = map_.time_unit == "ms" and type(given) in (int, float)
    return _at_us(given / 1_000 if is_ms else given)
