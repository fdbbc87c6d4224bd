"""From candidates to an answer: who is similar, how much, and what helped them. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from homepot.ai.device_memory.patterns import Match, Pattern, Question, Recommendation
from homepot.ai.device_memory.similarity import (
    SIMILAR,
    WEIGHTS,
    by_metrics,
    by_words,
    distance,
    features,
    score_of,
)
from homepot.ai.embedding import Vectors

_EVIDENCE_MAX = 10  # the most similar cases that a recommendation is drawn from


def ranked(
    question: Question,
    asked: Mapping[str, Vectors],
    known: Iterable[Pattern],
    weights: Mapping[str, float] = WEIGHTS,
) -> list[Match]:
    """Every candidate with its score, the best first. `asked`: the words, for each model."""
    coordinates = features(question.signature, weights) if question.signature else None
    found = []
    for pattern in known:
        if pattern.incident_id == question.without or not _was_known(pattern, question):
            continue
        far = (
            distance(coordinates, features(pattern.signature, weights))
            if coordinates is not None and pattern.signature
            else None
        )
        words = asked.get(pattern.embedding_model or "")
        cosine = (
            float(words @ pattern.embedding)
            if words is not None and pattern.embedding is not None
            else None
        )
        found.append(
            Match(
                pattern,
                score_of(far, cosine),
                None if far is None else by_metrics(far),
                None if cosine is None else by_words(cosine),
            )
        )
    return sorted(found, key=lambda one: (-one.score, one.pattern.incident_id))


def _was_known(pattern: Pattern, question: Question) -> bool:
    if question.known_by is None:
        return True
    return pattern.ended_at is not None and pattern.ended_at <= question.known_by


def recommended(matches: Sequence[Match]) -> Recommendation | None:
    """The resolution that worked most on the most similar cases; None where none is known to.

    A case counts as much as it is similar. What was tried and did not work counts against it.
    """
    worth: dict[str, float] = defaultdict(float)
    cases: dict[str, list[Match]] = defaultdict(list)
    for match in [one for one in matches if one.score >= SIMILAR][:_EVIDENCE_MAX]:
        if match.pattern.resolution and match.pattern.effective is not None:
            key = _same(match.pattern.resolution)
            worth[key] += match.score if match.pattern.effective else -match.score
            cases[key].append(match)
    best = max(worth, key=lambda key: worth[key], default=None)
    if best is None or worth[best] <= 0:
        return None
    evidence = cases[best]
    worked = [one for one in evidence if one.pattern.effective]
    return Recommendation(
        str(worked[0].pattern.resolution),
        worked=len(worked),
        tried=len(evidence),
        incident_ids=[one.pattern.incident_id for one in evidence],
    )


def _same(resolution: str) -> str:
    """Spelling, case and dots make no other resolution."""
    return " ".join(re.findall(r"\w+", resolution.casefold()))
