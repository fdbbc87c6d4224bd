"""Keeps the parts of the product running. See README.md."""

from homepot.core.supervisor.crew import Crew, Say, StopAsked
from homepot.core.supervisor.database import DatabasePart
from homepot.core.supervisor.part import Part, PartFailed
from homepot.core.supervisor.program import ProgramPart

__all__ = ["Crew", "DatabasePart", "Part", "PartFailed", "ProgramPart", "Say", "StopAsked"]
