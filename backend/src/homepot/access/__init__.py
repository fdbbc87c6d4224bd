"""Tenants, users, sessions, tokens, and the audit log."""

from homepot.core.features import Feature

FEATURE = Feature("access")
