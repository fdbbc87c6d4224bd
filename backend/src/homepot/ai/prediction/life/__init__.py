"""How much longer a unit lives, learnt from how others came to their end. Pure array work."""
