"""Device memory: what happened before that looked like this, and what helped."""
