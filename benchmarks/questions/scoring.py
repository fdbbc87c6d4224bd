"""Whether what was answered is what is expected. Pure."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

Expect = dict[str, Any]


def right(expects: Iterable[Expect], result: Expect | None, names: dict[str, str]) -> bool:
    """One of the expected answers is enough. A wrong shape is a wrong answer, never an error.
    `names` are the ids of sites by their names."""
    return result is not None and any(_is(one, result, names) for one in expects)


def _is(expect: Expect, result: Expect, names: dict[str, str]) -> bool:
    kind, value, wanted = result.get("kind"), result.get("value"), expect["value"]
    match expect["kind"]:
        case "none":
            return kind == "none"
        case "boolean":
            return kind == "boolean" and value is wanted
        case "number":
            return _number(kind, value, expect)
        case "devices":
            return _devices(expect, result)
        case "timestamp":
            return kind == "timestamp" and _near(value, expect)
        case "text":
            said = json.dumps([value, result.get("rows")], ensure_ascii=False, default=str)
            return kind not in ("none", "number", "boolean") and str(wanted) in said
    return _many(expect, result, names)


def _many(expect: Expect, result: Expect, names: dict[str, str]) -> bool:
    match expect["kind"]:
        case "pairs":
            return result.get("kind") == "table" and _pairs(expect["value"], result, names)
        case "sites":
            found = _sites(result, names)[: len(expect["value"])]
            return result.get("kind") != "none" and found == expect["value"]
    return _records(expect, result)


def _devices(expect: Expect, result: Expect) -> bool:
    found = _ids(result.get("value"), ("id", "device_id"))
    if found is None or result.get("kind") not in ("devices", "table"):
        return False
    return found == expect["value"] if expect["ordered"] else sorted(found) == expect["value"]


def _records(expect: Expect, result: Expect) -> bool:
    """One incident, or the first of those that are named; or all of them; or so many."""
    kind, value, wanted = result.get("kind"), result.get("value"), expect["value"]
    if expect["kind"] == "listed":
        return kind == "table" and isinstance(value, list) and len(value) == wanted
    found = _ids(value or result.get("rows"), ("id", "incident_id"))
    if expect["kind"] == "incident":
        return kind == "incident" and bool(found) and found[0] == wanted
    return kind in ("incident", "table") and sorted(found or []) == wanted


def _number(kind: Any, value: Any, expect: Expect) -> bool:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    near = is_number and abs(value - expect["value"]) <= expect["tolerance"] + 1e-9
    return kind == "number" and near


def _ids(value: Any, keys: tuple[str, ...]) -> list[str] | None:
    listed = value if isinstance(value, list) else [value] if value else []
    found = []
    for one in listed:
        said = one if isinstance(one, str) else None
        if isinstance(one, dict):
            said = next((one[key] for key in keys if one.get(key)), None)
        if said is None:
            return None
        found.append(str(said))
    return found


def _sites(result: Expect, names: dict[str, str]) -> list[str]:
    """The sites that are named, in their order, by id; by the rows where the value has none."""
    for source in (result.get("value"), result.get("rows")):
        listed = source if isinstance(source, list) else [source]
        found = []
        for one in listed:
            said = list(one.values()) if isinstance(one, dict) else [one]
            known = [names.get(word, word) for word in said if isinstance(word, str)]
            found += [word for word in known if word in names.values()][:1]
        if found:
            return found
    return []


def _pairs(wanted: dict[str, Expect], result: Expect, names: dict[str, str]) -> bool:
    """Whether there is a row for each of these, with its figure."""

    def is_there(name: str, figure: Expect) -> bool:
        for row in result.get("rows") or []:
            said = [names.get(one, one) if isinstance(one, str) else one for one in row.values()]
            if name in said and any(_number("number", one, figure) for one in said):
                return True
        return False

    return all(is_there(name, figure) for name, figure in wanted.items())


def _near(value: Any, expect: Expect) -> bool:
    try:
        apart = datetime.fromisoformat(str(value)) - datetime.fromisoformat(expect["value"])
    except (ValueError, TypeError):
        return False
    return abs(apart.total_seconds()) <= float(expect["tolerance"])
