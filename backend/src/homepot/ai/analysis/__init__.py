"""What a device did in a period, how it is, what it resembles, and what to do."""
