"""Enrolment: how a device gets its key, and how the key is known again."""
