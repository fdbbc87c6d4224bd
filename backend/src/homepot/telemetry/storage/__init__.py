"""Where readings lie: `device_metrics`, by day, and what is derived from it."""
