"""Telemetry: what devices measure, in exactly once and out again."""
