"""HOMEPOT: watches devices, wholly on the machine of their owner."""
