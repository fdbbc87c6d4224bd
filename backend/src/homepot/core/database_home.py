"""Where the database of this installation is: the owner's server, or the embedded one."""

from collections.abc import Iterator
from contextlib import contextmanager

from homepot.core.embedded_postgres import EmbeddedPostgres
from homepot.core.settings import Settings


@contextmanager
def database_lease(settings: Settings) -> Iterator[str]:
    """The address of the database, good for as long as the block runs."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    with EmbeddedPostgres(settings.data_dir).lease() as url:
        yield url
