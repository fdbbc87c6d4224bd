"""Runs the migrations on the database of the settings, starting the embedded one if need be."""

from alembic import context
from sqlalchemy import Connection

from homepot.core.errors import HomepotError
from homepot.core.migrate import in_plain_words, migration_connection
from homepot.core.settings import SettingsError
from homepot.core.tables import metadata


def run(connection: Connection) -> None:
    context.configure(
        connection=connection, target_metadata=metadata, transaction_per_migration=True
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    message = "the migrations look at the server they run on: run them with a database"
    raise SystemExit(message)

given = context.config.attributes.get("connection")
if given is not None:
    # The steps need how constraints are named, and no tables: `homepot up`, which goes through
    # them, then holds 100 MB less for as long as it runs.
    run(given)
else:
    from homepot import features  # noqa: F401  every capability's tables hang on the metadata

    try:
        with migration_connection() as connection, in_plain_words():
            run(connection)
    except (HomepotError, SettingsError) as error:
        raise SystemExit(str(error)) from None
