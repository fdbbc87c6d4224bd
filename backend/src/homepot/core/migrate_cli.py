"""`homepot db migrate`."""

from homepot.core.database_home import database_lease
from homepot.core.errors import HomepotError
from homepot.core.migrate import upgrade
from homepot.core.terminal import refuse, say, settings_or_refuse


def migrate() -> None:
    """Bring the tables to the newest step."""
    settings = settings_or_refuse()
    try:
        with database_lease(settings) as url:
            upgrade(url)
    except HomepotError as error:
        refuse(error.detail)
    say("The database is at the newest step.")
