"""A plan in words that say just what it says: for answers, chips and the command line."""

from homepot.ai.query.language.saying.plans import describe

__all__ = ["describe"]
