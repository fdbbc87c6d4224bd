"""Plain questions, exact answers."""
