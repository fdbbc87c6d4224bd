"""Readings summed up: five minutes and an hour."""
