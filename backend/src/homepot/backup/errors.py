"""Why a backup cannot be written or put back; each message says what to do."""

from homepot.core.errors import Conflict, Unavailable


class BackupFailed(Unavailable):
    """The backup could not be written."""

    kind = "backup-failed"
    title = "Backup failed"


class NotWhole(Unavailable):
    """The backup is not whole."""

    kind = "backup-not-whole"
    title = "Backup not whole"


class NotOpened(Unavailable):
    """The backup is encrypted, and this does not open it."""

    kind = "backup-not-opened"
    title = "Backup not opened"


class RestoreRefused(Conflict):
    """It is not restored."""

    kind = "restore-refused"
    title = "Restore refused"
