"""Finds what is not normal: the engine, and the evaluation of it."""
