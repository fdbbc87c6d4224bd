"""Backups: written while HOMEPOT runs, verified, restored, and drilled."""
