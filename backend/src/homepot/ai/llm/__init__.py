"""Everything a language model does is behind this door."""
