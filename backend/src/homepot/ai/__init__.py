"""The AI service: what is known of a fleet, put into words."""
