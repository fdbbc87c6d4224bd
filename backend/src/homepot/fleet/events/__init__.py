"""Events: what devices say of themselves: logs, audit, alerts, jobs, configuration."""
