"""`homepot doctor`. See README.md."""

from homepot.doctor.checks import examine
from homepot.doctor.finding import Finding, render

__all__ = ["Finding", "examine", "render"]
