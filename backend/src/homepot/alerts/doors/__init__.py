"""The ways out: one for each kind of channel. Nothing else in the capability talks to anybody."""
