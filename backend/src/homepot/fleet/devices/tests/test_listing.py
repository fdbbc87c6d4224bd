import re
from datetime import UTC, datetime
from typing import Any

import pytest

from homepot.fleet.devices.list_store import page_statement
from homepot.fleet.devices.listing import KEYS, DeviceQuery, Filters, Sort
from homepot.fleet.devices.schemas import DeviceListQuery

EVERYTHING: dict[str, Any] = {
    "site_ids": ["mill"],
    "types": ["server"],
    "lifecycles": ["active"],
    "connectivities": ["online"],
    "provenances": ["real"],
    "tags": ["a", "b"],
    "terms": ["50%", "till"],
}
AFTER: dict[type, Any] = {str: "x", int: 7, datetime: datetime(2026, 1, 1, tzinfo=UTC)}


@pytest.mark.parametrize("sort", Sort)
def test_every_order_ends_in_a_key_that_is_unique(sort: Sort) -> None:
    """Otherwise a page could begin in the middle of equals and lose some."""
    assert list(KEYS[sort.by])[-1] in ("id", "public_id")


def test_archived_devices_are_shown_to_whom_asks_for_them() -> None:
    assert Filters().only_archived is False
    assert Filters(lifecycles=["active"]).only_archived is False
    assert Filters(lifecycles=["active", "unpaired"]).only_archived is None
    assert Filters(lifecycles=["unpaired"], archived=False).only_archived is False
    assert Filters(archived=True).only_archived is True


def test_a_cursor_belongs_to_its_filters_and_sort() -> None:
    marks = {
        DeviceQuery(filters, sort).mark
        for sort in Sort
        for filters in (Filters(), Filters(types=["server"]), Filters(terms=["server"]))
    }
    assert len(marks) == 3 * len(Sort)
    assert DeviceQuery(Filters(), limit=5).mark == DeviceQuery(Filters(), limit=50).mark


@pytest.mark.parametrize("sort", Sort)
def test_no_value_stands_in_the_statement(sort: Sort) -> None:
    after = [AFTER[kind] for kind in KEYS[sort.by].values()]
    statement, values = page_statement(DeviceQuery(Filters(**EVERYTHING), sort, 5, after))
    assert values["row_limit"] == 6
    assert values["patterns"] == ["%50\\%%", "%till%"]
    assert set(re.findall(r"%\((\w+)\)s", statement)) == values.keys()
    for text in ("mill", "server", "50", "till"):
        assert text not in statement
    other, _ = page_statement(DeviceQuery(Filters(**EVERYTHING | {"types": ["x"]}), sort, 9, after))
    assert other is statement


def test_what_is_not_asked_is_not_in_the_statement() -> None:
    statement, values = page_statement(DeviceQuery(Filters(), Sort.NAME))
    assert set(values) == {"row_limit"}
    assert "LIKE" not in statement


def test_the_query_of_the_address_becomes_filters() -> None:
    asked = DeviceListQuery.model_validate(
        {"site_id": ["mill"], "lifecycle": ["active"], "q": " Küche  50% ", "archived": ""}
    )
    filters = asked.filters()
    assert (filters.site_ids, filters.lifecycles) == (["mill"], ["active"])
    assert (filters.terms, filters.archived, filters.types) == (["kuche", "50%"], None, [])
