"""Whether the product is alive and ready, and its figures for Prometheus."""
