"""Totals of many devices."""
