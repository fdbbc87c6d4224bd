"""What downtime, visits and parts cost."""
