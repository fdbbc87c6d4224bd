"""Which models there could be, which are here, and how they come and go."""
