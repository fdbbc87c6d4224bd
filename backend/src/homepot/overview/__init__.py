"""The fleet at a glance. See README.md."""
