"""Whether there is a backup, and how old the newest is."""

from datetime import datetime, timedelta

from homepot.backup.configuration import backup_dir
from homepot.backup.errors import NotWhole
from homepot.backup.folder import backups_in, moment_of, read_list
from homepot.core.settings import Settings
from homepot.core.words import count
from homepot.doctor.finding import Finding

_OLD = timedelta(days=3)


def backups(settings: Settings, now: datetime) -> Finding:
    folder = backup_dir(settings)
    found = backups_in(folder)
    if not found:
        later = f"one is written each day at {settings.backup_hour:02}:30 UTC while HOMEPOT runs"
        said = later if settings.backups_kept else "none is written by itself: backups_kept is 0"
        return Finding("backup", ok=True, detail=f"none yet in {folder}; {said}")
    newest = found[-1]
    at = moment_of(newest.name) or now
    try:
        listed = read_list(newest)
    except NotWhole as error:
        return Finding("backup", ok=False, detail=error.detail, mend="homepot backup write")
    how = f"{listed.size_bytes / 2**20:,.1f} MiB" + (", encrypted" if listed.sealed else "")
    detail = f"{count(len(found), 'backup')} in {folder}, the newest of {at:%Y-%m-%d %H:%M} UTC"
    if settings.backups_kept and now - at > _OLD:
        mend = "homepot backup write says why; logs/worker.log has what the nights said"
        return Finding("backup", ok=False, detail=f"{detail}: it is old", mend=mend)
    return Finding("backup", ok=True, detail=f"{detail} ({how})")
