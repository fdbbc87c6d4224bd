"""Analysis modes: for whom something is told, and how."""

from homepot.ai.analysis_modes.modes import MODES, ModeName, mode_named
from homepot.ai.analysis_modes.service import mode_for
from homepot.ai.analysis_modes.templates import Statement, Topic, told

__all__ = ["MODES", "ModeName", "Statement", "Topic", "mode_for", "mode_named", "told"]
