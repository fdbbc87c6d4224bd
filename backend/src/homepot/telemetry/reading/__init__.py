"""Readings out again."""
