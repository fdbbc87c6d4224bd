"""Pauses: when devices said nothing for longer than is usual for them."""
