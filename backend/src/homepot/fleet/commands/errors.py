"""Refusals of commands; see core/errors.py for the tree they hang on."""

from homepot.core.errors import Conflict, NotAllowed


class PermissionMissing(NotAllowed):
    """The owner of this device has not permitted this."""

    kind = "permission-missing"


class CommandOver(Conflict):
    """This command is over; nothing more is taken on it."""

    kind = "command-over"


class TooManyOpen(Conflict):
    """So many commands wait for this device that no more are taken; they end by themselves."""

    kind = "too-many-open"
