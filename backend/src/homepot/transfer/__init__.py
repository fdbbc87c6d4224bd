"""Bringing a fleet's history in from files, and giving it out to files again."""
