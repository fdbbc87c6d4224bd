"""What people changed: written once, chained, checked."""

from homepot.access.audit.service import record

__all__ = ["record"]
