"""Tenants, users, sessions, tokens, and the audit log."""
