"""`homepot up`. See README.md."""

from homepot.up.run import UpRefused, up

__all__ = ["UpRefused", "up"]
