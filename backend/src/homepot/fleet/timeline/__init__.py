"""One time line of a device: what it said, what was asked of it, when it was heard from."""
