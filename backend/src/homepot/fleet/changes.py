"""What a change amounts to: for the audit log, and to see that nothing changed at all."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any


def difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Of the new values those that differ, before and after, as plain JSON.

    >>> difference({"name": "Till", "tags": []}, {"name": "Till 1", "tags": []})
    {'name': {'from': 'Till', 'to': 'Till 1'}}
    """
    return {
        field: {"from": plain(old[field]), "to": plain(value)}
        for field, value in new.items()
        if old[field] != value
    }


def plain(value: Any) -> Any:
    """The value as JSON has it."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value
