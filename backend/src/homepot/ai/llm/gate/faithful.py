"""The decision of the gate: whether a text says nothing but what the statements say. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from homepot.ai.llm.gate.claims import (
    FAMILIES,
    Claim,
    Kind,
    Moment,
    Order,
    Phrase,
    Quantity,
    Said,
    Step,
    Turn,
    What,
)
from homepot.ai.llm.gate.facts import Facts
from homepot.ai.llm.gate.quantities import covers, share_of
from homepot.ai.llm.gate.reading import plain, read
from homepot.ai.llm.gate.turns import opposite

# A longer text is not a retelling of a few facts.
TEXT_MAX = 20_000


@dataclass(frozen=True)
class Verdict:
    """True where the text may be shown; otherwise each reason why not."""

    reasons: tuple[str, ...]

    def __bool__(self) -> bool:
        return not self.reasons


def faithful(text: str, facts: Facts) -> Verdict:
    """Every number, unit, name, moment and direction in the text must be in the facts.

    >>> till = Facts(["pos_7: CPU rose from 40 % to 93 %."], devices=["pos_7", "pos_8"])
    >>> bool(faithful("The CPU of pos_7 went up to 93 percent.", till))
    True
    >>> faithful("The CPU of pos_8 fell to 93 %.", till).reasons[0]
    '93 % of pos_8 is not in the facts'
    """
    if not text.strip():
        return Verdict(("nothing is said",))
    if len(text) > TEXT_MAX:
        return Verdict((f"longer than {TEXT_MAX:,} characters",))
    known = _Known(facts)
    reasons = [reason for said in read(text, facts) for reason in known.objections(said)]
    return Verdict(tuple(dict.fromkeys(reasons)))


class _Known:
    """The statements, read; and what they do not say."""

    def __init__(self, facts: Facts) -> None:
        self._words = " ".join(plain(statement).lower() for statement in facts.statements)
        self._said = [
            _with_shares(said) for statement in facts.statements for said in read(statement, facts)
        ]
        claims = [claim for said in self._said for claim in said.claims]
        self._said.append(Said(tuple(_agos(claims, facts)), frozenset(), frozenset()))
        self._many = {
            family: len({label.name for claim in claims if (label := claim.label(family))}) > 1
            for family in FAMILIES
        }
        self._sides = frozenset(
            side for claim in claims if isinstance(claim.what, Turn) for side in claim.what.sides
        )

    def objections(self, said: Said) -> Iterator[str]:
        for claim in said.claims:
            if reason := self._objection(claim, said):
                yield reason

    def _objection(self, claim: Claim, said: Said) -> str | None:
        """Why this may not be said; None where it may."""
        if isinstance(claim.what, Phrase):
            return None if _stands_in(claim.what.words, self._words) else _missing(claim)
        sources = [fact for fact in self._said if self._says(fact, claim, said)]
        if isinstance(claim.what, Turn):
            return self._objection_to_turn(claim, claim.what, said, sources)
        if sources:
            return None
        if isinstance(claim.what, Kind):
            return f"the facts say nothing of {claim.what.kind} ({claim.shown!r})"
        if isinstance(claim.what, Order | Step):
            return f"{claim.shown!r} is not the order of the facts"
        return _missing(claim)

    def _objection_to_turn(
        self, claim: Claim, turn: Turn, said: Said, sources: Sequence[Said]
    ) -> str | None:
        if not sources:
            turned = replace(claim, what=Turn(opposite(turn.sides)))
            if any(self._says(fact, turned, said) for fact in self._said):
                return f"{claim.shown!r} turns the facts round"
            return _missing(claim)
        if not turn.sides & self._sides & opposite(self._sides):
            return None
        # The facts say both of different things: then it must be said of the same thing.
        amounts = [one for one in said.claims if one.is_amount and one.clause == claim.clause]
        for fact in sources:
            if amounts and all(self._says(fact, amount, said) for amount in amounts):
                return None
            if amounts:
                continue
            named = any(not label.carried for label in claim.labels)
            if fact.stems & said.stems or fact.stems == said.stems or (named and not said.stems):
                return None
        return f"{claim.shown!r} is said of something else in the facts"

    def _says(self, fact: Said, claim: Claim, said: Said) -> bool:
        return any(
            _same(theirs.what, claim.what, said)
            and (
                isinstance(claim.what, Kind | Order)
                or all(self._speaks_of(theirs, claim, family) for family in FAMILIES)
            )
            for theirs in fact.claims
        )

    def _speaks_of(self, fact: Claim, claim: Claim, family: str) -> bool:
        """Whether what is known is known of the one it is said of."""
        ours, theirs = claim.label(family), fact.label(family)
        if ours is None:
            return True
        if theirs is None:
            return ours.carried or not self._many[family]
        if family == "term":
            return ours.name in theirs.name or theirs.name in ours.name
        return ours.name == theirs.name


def _same(fact: What, claimed: What, said: Said) -> bool:
    match fact, claimed:
        case Quantity(), Quantity():
            return covers(fact, claimed, falling=("trend", -1) in said.sides)
        case Moment(), Moment():
            return claimed.says_of(fact)
        case Turn(), Turn():
            return not claimed.sides.isdisjoint(fact.sides)
        case Step(), Step():
            return covers(fact.start, claimed.start, falling=False) and covers(
                fact.end, claimed.end, falling=False
            )
        case Kind() | Order(), Kind() | Order():
            return fact == claimed
        case _:
            return False


def _with_shares(said: Said) -> Said:
    """Beside a count, a share is that of what is counted: "12 of 40 tills (30 %)"."""
    counted = {
        claim.what.dimension
        for claim in said.claims
        if isinstance(claim.what, Quantity) and claim.what.dimension.startswith("count of")
    }
    shares = [
        replace(claim, what=replace(claim.what, dimension=share_of(dimension)))
        for claim in said.claims
        if isinstance(claim.what, Quantity) and claim.what.dimension == "share"
        for dimension in counted
    ]
    return replace(said, claims=(*said.claims, *shares))


def _agos(claims: Sequence[Claim], facts: Facts) -> list[Claim]:
    """How long ago each moment is, for whoever says it so."""
    if facts.now is None:
        return []
    here = facts.now.astimezone(facts.timezone)
    found = []
    for claim in claims:
        moment = claim.what
        if not isinstance(moment, Moment) or moment.hour is None:
            continue
        if moment.year is None or moment.month is None or moment.day is None:
            continue
        day = datetime(moment.year, moment.month, moment.day, tzinfo=facts.timezone)
        at = day.replace(hour=moment.hour, minute=moment.minute or 0, second=moment.second or 0)
        since_s = (here - at).total_seconds()
        found.append(Claim(Quantity(since_s, 1.0, "ago", since_s), claim.shown, claim.labels))
    return found


def _stands_in(words: str, text: str) -> bool:
    place = text.find(words)
    while place >= 0:
        before = text[place - 1 : place]
        after = text[place + len(words) : place + len(words) + 1]
        if not (before.isalnum() or before == "_" or after.isalnum() or after == "_"):
            return True
        place = text.find(words, place + 1)
    return False


def _missing(claim: Claim) -> str:
    whose = next((label.name for label in claim.labels if label.family == "device"), None)
    told = f" of {whose}" if whose and not isinstance(claim.what, Phrase) else ""
    return f"{claim.shown}{told} is not in the facts"
