"""Device types as data, and the registry of metrics."""
