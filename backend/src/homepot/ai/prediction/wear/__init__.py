"""When a stream reaches a limit: pure array work over many streams at once."""
