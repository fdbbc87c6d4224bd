"""The event store: what happened with each device lately, at hand and in words."""
