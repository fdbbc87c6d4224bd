"""What will happen: when a limit is reached, and how probable a failure is."""
