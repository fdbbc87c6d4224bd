"""Everything that is kept of somebody: given out, or erased."""
