"""Readings in: decoded, checked, committed, then acknowledged."""
