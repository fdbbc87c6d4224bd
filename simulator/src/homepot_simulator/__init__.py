"""A fleet of pretend devices with labelled faults, outside of the product and a client of it."""
