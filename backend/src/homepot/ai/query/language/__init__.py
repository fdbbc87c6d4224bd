"""Text to plan: a grammar over the fleet's own words. Pure; it looks up names and nothing else."""

from homepot.ai.query.language.lexicon import forget, lexicon_of
from homepot.ai.query.language.parsing import parse
from homepot.ai.query.language.saying import describe

__all__ = ["describe", "forget", "lexicon_of", "parse"]
