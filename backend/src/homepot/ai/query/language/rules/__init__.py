"""The rules, in the order in which they are tried: each takes a question of one kind, or leaves it
to the next."""

from homepot.ai.query.language.rules.answer import Rule
from homepot.ai.query.language.rules.cards import attributes
from homepot.ai.query.language.rules.comparing import comparison, difference, side_by_side
from homepot.ai.query.language.rules.counting import counting, enough
from homepot.ai.query.language.rules.durations import durations
from homepot.ai.query.language.rules.filtering import filtering, holding
from homepot.ai.query.language.rules.foretelling import costs, forecast
from homepot.ai.query.language.rules.hearing import hearing
from homepot.ai.query.language.rules.metrics import metric_value
from homepot.ai.query.language.rules.ranking import ranking
from homepot.ai.query.language.rules.records import listing_records, resolution
from homepot.ai.query.language.rules.spans import which_span
from homepot.ai.query.language.rules.status import listing, status, why
from homepot.ai.query.language.rules.trending import trending
from homepot.ai.query.language.rules.whens import whens

RULES: tuple[Rule, ...] = (
    which_span,
    why, resolution, costs, forecast, enough, difference, durations, comparison, trending, ranking,
    whens, filtering, counting, listing_records, hearing, side_by_side, holding, metric_value,
    attributes, status, listing,
)  # fmt: skip
SIDES: tuple[Rule, ...] = (difference, comparison)
