"""Incidents: anomalies that are one trouble, what happened with it, and what people said."""
