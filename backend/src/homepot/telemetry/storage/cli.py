"""`homepot db timescaledb` and `homepot db native`: where the readings are kept."""

# What does the work is loaded where it is asked for: the other commands start without it.


def to_timescaledb() -> None:
    """Keep the readings in TimescaleDB, compressed after a few days; move those that are there.

    HOMEPOT must not be running. Nothing is dropped before its copy has been verified; a move
    that was broken off goes on with the same command.
    """
    from homepot.telemetry.storage import commands  # noqa: PLC0415

    commands.to_timescaledb()


def to_native() -> None:
    """Keep the readings in PostgreSQL's own partitions; move back those that are in TimescaleDB."""
    from homepot.telemetry.storage import commands  # noqa: PLC0415

    commands.to_native()
