"""Commands: what a person asks of a device, within what its owner permitted."""
