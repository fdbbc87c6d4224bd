"""The checker itself: it finds nothing in a store that is whole, and each damage done to one."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from chaos import judge, stored
from chaos.judge import Violation
from chaos.ledger import Ledger, Receipt, Row, Saying, read
from chaos.stored import StoredRow
from chaos.tests.conftest import Filled

METRICS = ("number", "value", "extra")
ONE = (
    "(device_id, ts) = (SELECT device_id, ts FROM device_metrics m JOIN metric_sets s"
    " ON s.id = m.metric_set_id WHERE cardinality(s.metrics) = 2 ORDER BY ts, device_id LIMIT 1)"
)
_FORGET_WHAT_IS_UNIQUE = """
    DO $$ DECLARE name text; BEGIN
        SELECT conname INTO STRICT name FROM pg_constraint
        WHERE conrelid = 'device_metrics'::regclass AND contype = 'u';
        EXECUTE format('ALTER TABLE device_metrics DROP CONSTRAINT %I', name);
    END $$
"""


def kinds(found: list[Violation]) -> set[str]:
    return {violation.kind for violation in found}


@contextmanager
def damaged(filled: Filled, *statements: str) -> Iterator[None]:
    """Done, looked at, and taken back. IT IS ONE: a condition that one row fulfils."""
    with filled.connection.transaction(force_rollback=True):
        for statement in statements:
            filled.connection.execute(statement.replace("IT IS ONE", ONE))
        yield


def closed_us(filled: Filled, span_us: int) -> int:
    """Some of the devices speak of an hour ago, others of the day before yesterday."""
    found = stored.closed_us(filled.connection, span_us)
    assert any(row.at_us < found for row in stored.rows(filled.connection))
    return found


def rows_judged(filled: Filled) -> set[str]:
    return kinds(judge.judge_rows(filled.said, stored.rows(filled.connection)))


def test_nothing_is_found_where_nothing_is_wrong(filled: Filled) -> None:
    rows = stored.rows(filled.connection)
    intents = {saying.intent for saying in filled.said}
    assert intents == {"new", "repeat", "correct", "more"}
    assert len(rows) > 100
    found = judge.judge_rows(filled.said, rows) + judge.judge_receipts("columns", filled.said)
    found += judge.judge_answers("columns", filled.said)
    for table, span_us in stored.SPANS_US.items():
        kept = stored.rollups(filled.connection, table)
        found += judge.judge_rollups(table, rows, kept, span_us, closed_us(filled, span_us))
    found += judge.judge_newest(rows, filled.reader.newest())
    found += judge.judge_charts(rows, filled.reader.summaries, METRICS)
    assert found == []


def test_a_lost_row_is_found(filled: Filled) -> None:
    with damaged(filled, "DELETE FROM device_metrics WHERE IT IS ONE"):
        assert rows_judged(filled) == {"lost"}


def test_a_wrong_value_is_found(filled: Filled) -> None:
    change = "UPDATE device_metrics SET values[1] = values[1] + 0.001 WHERE IT IS ONE"
    with damaged(filled, change):
        assert rows_judged(filled) == {"wrong value"}


def test_a_row_that_nobody_sent_is_found(filled: Filled) -> None:
    copied = (
        "INSERT INTO device_metrics SELECT device_id, ts + interval '1 us', metric_set_id, values"
        " FROM device_metrics WHERE IT IS ONE"
    )
    with damaged(filled, copied):
        assert rows_judged(filled) == {"never sent"}


def test_a_doubled_row_is_found(filled: Filled) -> None:
    with damaged(
        filled,
        "RESET ROLE",
        _FORGET_WHAT_IS_UNIQUE,
        "SET ROLE homepot_system",
        "INSERT INTO device_metrics SELECT * FROM device_metrics WHERE IT IS ONE",
    ):
        assert rows_judged(filled) == {"doubled"}


def test_a_metric_that_is_gone_is_found(filled: Filled) -> None:
    with damaged(filled, "UPDATE device_metrics SET values[2] = 'NaN' WHERE IT IS ONE"):
        assert rows_judged(filled) == {"lost"}


@pytest.mark.parametrize("table", list(stored.SPANS_US))
@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE {} SET counts[1] = counts[1] + 1",
        "UPDATE {} SET lows[1] = lows[1] - 1",
        "UPDATE {} SET sums[1] = sums[1] * 1.000001",
        "UPDATE {} SET lasts[1] = lasts[1] + 1",
        "DELETE FROM {}",
    ],
)
def test_a_wrong_rollup_is_found(filled: Filled, table: str, damage: str) -> None:
    rows = stored.rows(filled.connection)
    with damaged(filled, damage.format(table)):
        kept = stored.rollups(filled.connection, table)
        span_us = stored.SPANS_US[table]
        found = judge.judge_rollups(table, rows, kept, span_us, closed_us(filled, span_us))
    assert kinds(found) == {"rollup"}


def test_a_newest_value_that_is_not_the_newest_is_found(filled: Filled) -> None:
    rows = stored.rows(filled.connection)
    shown = filled.reader.newest()
    newest = max(rows, key=lambda row: row.at_us)
    assert kinds(judge.judge_newest([row for row in rows if row != newest], shown)) == {"newest"}


def test_a_chart_that_leaves_a_row_out_is_found(filled: Filled) -> None:
    rows = stored.rows(filled.connection)
    doubled = [*rows, rows[0]]
    found = judge.judge_charts(doubled, filled.reader.summaries, METRICS)
    assert kinds(found) == {"chart"}


# -- what is said ------------------------------------------------------------------------------


def saying(intent: str, receipt: Receipt | None, unanswered: int = 0, *refused: int) -> Saying:
    rows = [Row("d", 1, {"value": 1.0}), Row("d", 2, {"value": 2.0})]
    return Saying(0, intent, rows, receipt, unanswered, list(refused))


@pytest.mark.parametrize(
    ("one", "found"),
    [
        (saying("new", Receipt(2, 0, 0)), set()),
        (saying("new", Receipt(1, 0, 0)), {"receipt"}),
        (saying("new", Receipt(1, 1, 0)), {"receipt"}),
        (saying("new", Receipt(1, 0, 0, 1)), {"receipt"}),
        (saying("new", Receipt(0, 2, 0), 1), set()),
        (saying("repeat", Receipt(0, 2, 0)), set()),
        (saying("repeat", Receipt(2, 0, 0)), {"receipt"}),
        (saying("correct", Receipt(0, 0, 2)), set()),
        (saying("correct", Receipt(0, 2, 0)), {"receipt"}),
        (saying("correct", Receipt(0, 2, 0), 1), set()),
        (saying("new", Receipt(0, 2, 0), 0, 503), set()),
        (saying("new", Receipt(0, 2, 0), 0, 429), {"receipt"}),
    ],
)
def test_receipts_have_to_add_up(one: Saying, found: set[str]) -> None:
    assert kinds(judge.judge_receipts("rows", [one])) == found


@pytest.mark.parametrize(
    ("one", "found"),
    [
        (saying("new", Receipt(2, 0, 0), 3, 503, 429), set()),
        (saying("new", Receipt(2, 0, 0), 0, 500), {"answer"}),
        (saying("new", Receipt(2, 0, 0), 0, 502), {"answer"}),
        (saying("new", None), {"undelivered"}),
    ],
)
def test_only_later_is_an_answer_to_good_readings(one: Saying, found: set[str]) -> None:
    assert kinds(judge.judge_answers("rows", [one])) == found


def test_what_was_not_acknowledged_may_be_stored_or_not() -> None:
    unsure = saying("new", None, 1)
    row = StoredRow("d", 1, ("value",), [1.0])
    assert judge.judge_rows([unsure], []) == []
    assert judge.judge_rows([unsure], [row]) == []
    other = row._replace(values=[5.0])
    assert kinds(judge.judge_rows([unsure], [other])) == {"never sent"}


def numbered(*numbers: int) -> list[StoredRow]:
    return [StoredRow("a", 10 * n, ("sequence",), [float(n)]) for n in numbers]


@pytest.mark.parametrize(
    ("rows", "waiting", "found"),
    [
        (numbered(1, 2, 3), [], set()),
        (numbered(1, 3), [], {"lost"}),
        (numbered(1, 3), [2], {"undelivered"}),
        ([*numbered(1, 2, 3), StoredRow("a", 31, ("sequence",), [3.0])], [], {"doubled"}),
        (numbered(1, 2, 3, 4), [], {"never sent"}),
        ([*numbered(1, 2), StoredRow("a", 5, ("sequence",), [3.0])], [], {"wrong value"}),
    ],
)
def test_agents_are_held_to_their_numbers(
    rows: list[StoredRow], waiting: list[int], found: set[str]
) -> None:
    assert kinds(judge.judge_agent("a", 4, waiting, rows)) == found


# -- the ledger --------------------------------------------------------------------------------


@pytest.mark.parametrize("torn", [b'{"say":1,"inte', b'{"ack":0,"stored":2', b""])
def test_a_ledger_goes_on_where_its_last_line_is_whole(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "one.ledger"
    first = Ledger(path)
    one = first.say("new", [Row("d", 1, {"value": 1.0})])
    first.note_unanswered(one)
    first.close()
    with path.open("ab") as file:
        file.write(torn)
    again = Ledger(path)
    again.acknowledge(again.sayings[0], Receipt(1, 0, 0))
    again.close()
    (found,) = read(path)
    assert (found.rows, found.receipt, found.unanswered) == (one.rows, Receipt(1, 0, 0), 1)
    assert all(json.loads(line) for line in path.read_bytes().splitlines())
