"""What can keep the embedded server from starting; each message says what to do."""

from homepot.core.errors import Unavailable


class DatabaseServerError(Unavailable):
    """The database server that HOMEPOT brings along could not be started."""

    kind = "database-server"
    title = "Database server"


class ProgramsMissing(DatabaseServerError):
    """The programs of PostgreSQL are missing or do not run on this machine."""


class FolderUnusable(DatabaseServerError):
    """The data folder cannot be used."""


class DiskFull(DatabaseServerError):
    """The disk is full."""


class BelongsToAnother(DatabaseServerError):
    """The data folder belongs to another user of this machine."""


class NoServerUser(DatabaseServerError):
    """There is no user of this machine to run the database server as."""


class LibraryMissing(DatabaseServerError):
    """The database needs an extension that the server's programs do not have, or do not load."""


class InUse(DatabaseServerError):
    """Somebody uses the database, and it cannot be started anew."""


class HomeGone(DatabaseServerError):
    """The database of this data folder is not where it was."""


class WrongMajorVersion(DatabaseServerError):
    """The database was made by another major version of PostgreSQL."""


class StartFailed(DatabaseServerError):
    """The database server did not start."""


class StillInUse(StartFailed):
    """Remains of a killed database server are still in use."""


class GaveUp(DatabaseServerError):
    """The start was called off."""
