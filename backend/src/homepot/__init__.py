"""HOMEPOT: watches devices, wholly on the machine of their owner."""

from importlib.metadata import version

__version__ = version("homepot")
