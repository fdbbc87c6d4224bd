"""How the AI service is."""
