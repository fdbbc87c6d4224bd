"""Places that devices stand at."""
