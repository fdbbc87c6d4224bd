"""What the last days of a site amount to, and what came of what was done about it."""
