"""Open dashboards hear of every change."""
