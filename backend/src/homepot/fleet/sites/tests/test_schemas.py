import doctest
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from homepot.fleet.sites import timezones
from homepot.fleet.sites.schemas import SiteChange, SiteNew, site_values

PLAIN: dict[str, Any] = {"name": "Harbour Café", "timezone": "Europe/London"}


def test_examples_in_the_text_hold() -> None:
    assert doctest.testmod(timezones).failed == 0


def test_a_plain_site_has_no_hours_and_no_tariff() -> None:
    values = site_values(SiteNew(**PLAIN))
    assert (values["schedule"], values["closed_on"]) == ([], [])
    assert values["downtime_cost_per_hour"] is values["visit_cost"] is values["currency"] is None


def test_a_change_says_only_what_was_said() -> None:
    assert site_values(SiteChange(name="Mill")) == {"name": "Mill"}
    assert site_values(SiteChange.model_validate({"address": None})) == {"address": None}
    assert site_values(SiteChange(version=3)) == {}
    cleared = site_values(SiteChange.model_validate({"tariff": None}))
    assert cleared == {"downtime_cost_per_hour": None, "visit_cost": None, "currency": None}


def test_a_tariff_is_kept_to_the_cent() -> None:
    tariff = {"downtime_cost_per_hour": 40.1, "visit_cost": 90, "currency": "eur"}
    values = site_values(SiteNew(**PLAIN, tariff=tariff))  # type: ignore[arg-type]
    assert (values["downtime_cost_per_hour"], values["currency"]) == (Decimal("40.1"), "EUR")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"timezone": "Europe/Berlim"}, "did you mean Europe/Berlin"),
        ({"timezone": "../../etc/passwd"}, "there is no timezone"),
        ({"timezone": "Factory"}, "there is no timezone"),
        ({"name": None}, "valid string"),
        ({"name": "  "}, "at least 1 character"),
        ({"closed_on": ["2026-02-30"]}, "day value is outside"),
        ({"schedule": [{"weekday": 7}]}, "less than or equal to 6"),
        ({"schedule": [{"weekday": 0, "open": "8:00", "close": "18:00"}]}, "match pattern"),
        ({"schedule": [{"weekday": 0, "open": "08:00", "close": "25:00"}]}, "match pattern"),
        ({"schedule": [{"weekday": 0, "opens": "08:00"}]}, "not permitted"),
        ({"tariff": {"visit_cost": 5}}, "Field required"),
        (
            {"tariff": {"downtime_cost_per_hour": -1, "visit_cost": 0, "currency": "EUR"}},
            "greater than or equal to 0",
        ),
        (
            {"tariff": {"downtime_cost_per_hour": 1, "visit_cost": 0, "currency": "€"}},
            "three letters",
        ),
        ({"nonsense": 1}, "not permitted"),
    ],
)
def test_a_refusal_says_what_is_wrong(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        SiteChange.model_validate(change)
