"""Text to plan: a grammar over the fleet's own words. Pure; it looks up names and nothing else."""

from homepot.ai.query.language.parsing import parse

__all__ = ["parse"]
