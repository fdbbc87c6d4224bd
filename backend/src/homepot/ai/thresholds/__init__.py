"""The thresholds of health, and the limits of single devices."""
