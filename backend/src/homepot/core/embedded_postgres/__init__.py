"""The PostgreSQL that comes along: one door, `EmbeddedPostgres(data_dir)`. See README.md."""

from homepot.core.embedded_postgres.errors import DatabaseServerError
from homepot.core.embedded_postgres.server import EmbeddedPostgres, Foreground, Lease, Status

__all__ = ["DatabaseServerError", "EmbeddedPostgres", "Foreground", "Lease", "Status"]
