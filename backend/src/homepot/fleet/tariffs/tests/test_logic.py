"""Which amounts hold, and why one is missing."""

from decimal import Decimal

from homepot.fleet.tariffs.logic import Book, Line, Rate, Source

ALL = Line(None, "", Decimal(10), Decimal(20), Decimal(30), "EUR")
TYPE = Line(None, "gateway", None, None, Decimal(31), "EUR")
SITE = Line(7, "", Decimal(12), Decimal(22), None, "EUR")
BOTH = Line(7, "gateway", Decimal(13), None, None, "EUR")


def test_the_nearest_line_that_says_an_amount_holds() -> None:
    rates = Book.of([ALL, TYPE, SITE, BOTH]).rates(7, "gateway")
    assert rates.downtime_cost_per_hour == Rate(Decimal(13), Source.SITE_AND_TYPE)
    assert rates.visit_cost == Rate(Decimal(22), Source.SITE)
    assert rates.part_cost == Rate(Decimal(31), Source.TYPE)
    assert (rates.currency, rates.why) == ("EUR", {})
    elsewhere = Book.of([ALL, TYPE, SITE, BOTH]).rates(8, "tablet")
    assert elsewhere.part_cost == Rate(Decimal(30), Source.ALL)


def test_amounts_of_two_currencies_are_never_mixed() -> None:
    foreign = Line(7, "", Decimal(12), Decimal(22), None, "NOK")
    rates = Book.of([ALL, foreign]).rates(7, "gateway")
    assert rates.currency == "NOK"
    assert rates.part_cost is None
    assert rates.why == {
        "part_cost": "what a part costs is said in EUR alone, and the nearest tariff is in NOK"
    }


def test_without_a_tariff_every_amount_is_missing_and_says_so() -> None:
    rates = Book.of([]).rates(7, "gateway")
    assert (rates.currency, rates.downtime_cost_per_hour) == (None, None)
    assert set(rates.why) == {"downtime_cost_per_hour", "visit_cost", "part_cost"}
