"""The use case: a plan becomes an answer, in the transaction of whoever asks."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from psycopg.errors import QueryCanceled
from sqlalchemy.exc import OperationalError

from homepot.ai.query.answering import state_store
from homepot.ai.query.answering.asks_of_devices import count, holds_of, which
from homepot.ai.query.answering.asks_of_records import record, records
from homepot.ai.query.answering.asks_of_state import status, why
from homepot.ai.query.answering.asks_of_values import compare, each, grows, top, value
from homepot.ai.query.answering.checking import check
from homepot.ai.query.answering.inquiry import Inquiry
from homepot.ai.query.answering.refusals import refused
from homepot.ai.query.answering.result import Answer, Kind, NoResult, Refusal, Result
from homepot.ai.query.plan import Ask, NoAnswer, Plan
from homepot.core.errors import BadInput

STATEMENT_S_MAX = 10
TOO_LONG = Refusal(
    NoAnswer.TOOK_TOO_LONG,
    f"That took longer than {STATEMENT_S_MAX} s to work out.",
    ["Ask about fewer devices.", "Ask about a shorter time."],
)
NO_MEMORY = Refusal(NoAnswer.UNAVAILABLE, "Nothing here remembers incidents.")
_ASKS: Mapping[Ask, Callable[[Inquiry, Plan], Awaitable[Answer]]] = {
    Ask.COUNT: count,
    Ask.WHICH: which,
    Ask.VALUE: value,
    Ask.EACH: each,
    Ask.TOP: top,
    Ask.COMPARE: compare,
    Ask.DIFFERENCE: compare,
    Ask.GROWS: grows,
    Ask.HOLDS: holds_of,
    Ask.RECORD: record,
    Ask.RECORDS: records,
    Ask.STATUS: status,
    Ask.WHY: why,
}


async def answer(inquiry: Inquiry, plan: Plan) -> Answer:
    """Never raises for a plan: one that cannot be carried out has the kind none, and the reason."""
    if plan.ask is Ask.RECALL:  # memory is asked by whoever holds it
        return Answer(Result(Kind.NONE), refusal=NO_MEMORY)
    if plan.ask is Ask.NONE:
        return Answer(Result(Kind.NONE), refusal=refused(plan))
    try:
        check(plan, inquiry.fleet)
        async with inquiry.tx.begin_nested():  # what is cut short takes nothing else with it
            await state_store.limit_statements(inquiry.tx, STATEMENT_S_MAX)
            found = await _ASKS[plan.ask](inquiry, plan)
    except NoResult as none:
        found = Answer(Result(Kind.NONE), refusal=none.refusal)
    except BadInput as refusal:  # too much of the archive at once
        found = Answer(Result(Kind.NONE), refusal=refused(plan, refusal.detail))
    except (OperationalError, QueryCanceled) as cut:  # some statements go by the driver itself
        if isinstance(cut, OperationalError) and not isinstance(cut.orig, QueryCanceled):
            raise
        found = Answer(Result(Kind.NONE), refusal=TOO_LONG)
    assumptions = tuple(dict.fromkeys([*plan.assumptions, *inquiry.assumptions]))
    return replace(found, assumptions=assumptions, evidence=tuple(inquiry.evidence))
