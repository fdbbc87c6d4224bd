"""Users and tenants."""
