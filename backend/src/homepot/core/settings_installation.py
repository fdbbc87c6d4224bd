"""The settings of the installation itself: where its data are, how it is reached, what it logs.

They come first in the list that settings.py goes on with.
"""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from homepot.core.settings_kinds import (
    DatabaseUrl,
    Folder,
    Host,
    LogFormat,
    LogLevel,
    PublicUrl,
)

_MIB = 1024 * 1024


def project_root() -> Path | None:
    """The checkout this package runs from; None when it was installed without one."""
    root = Path(__file__).resolve().parents[4]
    return root if (root / "backend" / "pyproject.toml").is_file() else None


def default_data_dir(start: Path | None = None) -> Path:
    return (project_root() or start or Path.cwd()) / "var"


class Installation(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True
    )

    # -- where
    data_dir: Folder = Field(
        default_factory=default_data_dir,
        description="Everything HOMEPOT keeps: embedded database, models, archives. A relative "
        "path counts from the folder of the file that names it, or from the working folder.",
        json_schema_extra={
            "variable": "HOMEPOT_DATA",
            "default_words": "`var` in the project, else `./var`",
        },
    )
    database_url: DatabaseUrl | None = Field(
        default=None,
        description="A PostgreSQL 14+ server of your own. Without it the embedded server is used.",
        json_schema_extra={
            "plain_variable": "DATABASE_URL",
            "default_words": "the embedded server",
            "allowed": "an address like postgresql://user:password@host:5432/name",
        },
    )
    database_connections_max: int = Field(
        default=20,
        ge=2,
        le=500,
        description="Connections one process keeps open to the database at most.",
    )

    # -- HTTP
    host: Host = Field(
        default="127.0.0.1",
        description="The address the server listens on; 0.0.0.0 lets other machines in.",
        json_schema_extra={"allowed": "a host name or an address"},
    )
    port: int = Field(default=8000, ge=1, le=65535, description="The port the server listens on.")
    public_url: PublicUrl | None = Field(
        default=None,
        description="The address people type, when a proxy stands in front. With https:// the "
        "session cookie is sent over https alone.",
        json_schema_extra={
            "default_words": "as the request says",
            "allowed": "an address like https://homepot.example.org, without a path",
        },
    )
    body_size_max_bytes: int = Field(
        default=8 * _MIB,
        ge=1024,
        le=1024 * _MIB,
        description="A larger request is refused with 413.",
    )
    in_flight_requests_max: int = Field(
        default=200,
        ge=4,
        le=10_000,
        description="Requests worked on at once by one process; more are refused with 429.",
    )
    requests_per_second_max: float = Field(
        default=200,
        ge=1,
        le=1_000_000,
        description="Requests a second from one client address, over time; more get 429.",
    )
    requests_burst_max: float = Field(
        default=1_000,
        ge=1,
        le=10_000_000,
        description="Requests one client address may make at once before that rate counts.",
    )

    # -- logs
    log_level: LogLevel = Field(default="info", description="The least important line shown.")
    log_format: LogFormat = Field(
        default="text", description="text for people, json for log collectors."
    )
