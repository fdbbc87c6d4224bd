"""Connectivity: when a device was last heard from, and what follows from its silence."""
