"""What the owner can choose, with the limits of each choice.

To add a setting: one field here (units last in the name, a limit, a sentence of description),
then `python -m homepot.core.settings_doc` to write it into docs/settings.md. The YAML key is
the field's name; the variable is HOMEPOT_ and that name in capitals, unless `variable` says
another. `load_settings` reads the sources: see settings_sources.py.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import Field, PrivateAttr, ValidationError, model_validator

from homepot.core.settings_installation import Installation, default_data_dir, project_root
from homepot.core.settings_kinds import Folder, MqttUrl
from homepot.core.settings_sources import (
    Given,
    SettingsError,
    allowed_words,
    read_sources,
    refusal,
)

__all__ = ["Settings", "SettingsError", "load_settings", "project_root"]

_DAY_S = 24 * 60 * 60


class Settings(Installation):
    # -- signing in
    session_idle_max_s: int = Field(
        default=_DAY_S,
        ge=300,
        le=30 * _DAY_S,
        description="A session unused for this long has ended.",
    )
    session_life_max_s: int = Field(
        default=14 * _DAY_S,
        ge=300,
        le=365 * _DAY_S,
        description="A session older than this has ended, used or not.",
    )
    token_life_max_days: int = Field(
        default=366,
        ge=1,
        le=3660,
        description="The longest life an API token can be given.",
    )
    sign_in_over_http: bool = Field(
        default=False,
        description="Whether people on other machines may sign in over plain HTTP, where their "
        "passwords can be read on the way. Over https, and on this machine, they always may.",
    )
    sign_in_window_s: int = Field(
        default=900,
        ge=10,
        le=_DAY_S,
        description="The time over which failed sign-ins are counted.",
    )
    sign_in_failures_max: int = Field(
        default=10,
        ge=3,
        le=1000,
        description="Failed sign-ins for one account, from one browser or address, in that time.",
    )
    sign_in_address_failures_max: int = Field(
        default=100,
        ge=3,
        le=100_000,
        description="Failed sign-ins from one address, whatever the account, in that time.",
    )
    password_checks_at_once_max: int = Field(
        default=2,
        ge=1,
        le=64,
        description="Password checks running at once; each takes a core and 64 MiB for a moment.",
    )

    # -- devices
    device_silent_after_s: int = Field(
        default=120,
        ge=10,
        le=7 * _DAY_S,
        description="A device not heard from for this long is offline, unless it has its own "
        "deadline.",
    )
    events_kept_days: int = Field(
        default=183,
        ge=1,
        le=36_600,
        description="What devices said of themselves, the jobs they ended and the commands that "
        "are over are kept for this long.",
    )
    connectivity_kept_days: int = Field(
        default=183,
        ge=93,
        le=36_600,
        description="How long it is known when a device was connected, and when the server itself "
        "was away.",
    )
    anomalies_kept_days: int = Field(
        default=366,
        ge=14,
        le=36_600,
        description="What detection found is kept for this long after it was over. Incidents stay, "
        "in words and in memory; their figures go with it.",
    )
    health_kept_days: int = Field(
        default=183,
        ge=1,
        le=36_600,
        description="How long it is known how well each device was.",
    )
    questions_kept_days: int = Field(
        default=183,
        ge=1,
        le=36_600,
        description="What people asked, with the answers and what they said of them, is kept for "
        "this long.",
    )

    # -- telemetry
    reports_kept_days: int = Field(
        default=366, ge=1, le=36_600, description="Reports are kept for this long."
    )
    readings_kept_days: int = Field(
        default=30,
        ge=0,
        le=36_600,
        description="Readings stay in the database for so many days; older days lie as Parquet "
        "files under the data folder and are read and exported as before. 0: all stay in the "
        "database.",
    )
    rollups_kept_days: int = Field(
        default=183,
        ge=1,
        le=36_600,
        description="Sums over five minutes are kept for this long; those over an hour and "
        "readings in the archive for good.",
    )
    prometheus_rules_path: Folder | None = Field(
        default=None,
        description="A file of your own that says what series of Prometheus become; see "
        "telemetry/prometheus/rules.yaml. A relative path counts like that of data_dir.",
        json_schema_extra={"default_words": "the shipped rules", "allowed": "a path"},
    )

    # -- backup
    backup_dir: Folder | None = Field(
        default=None,
        description="Where the backup of each night is written; best on another disk. A relative "
        "path counts like that of data_dir.",
        json_schema_extra={
            "default_words": "`backups` in the data folder",
            "allowed": "a path",
        },
    )
    backups_kept: int = Field(
        default=7,
        ge=0,
        le=1000,
        description="So many of them are kept, the newest. 0: none is written by itself.",
    )
    backup_hour: int = Field(
        default=2, ge=0, le=23, description="From which hour (UTC) it is written, each day."
    )
    backup_passphrase_path: Folder | None = Field(
        default=None,
        description="A file whose first line is the passphrase with which backups are encrypted. "
        "Keep a copy of it elsewhere: without it a backup is lost.",
        json_schema_extra={
            "variable": "HOMEPOT_BACKUP_PASSPHRASE_FILE",
            "default_words": "none: not encrypted",
            "allowed": "a path",
        },
    )
    backup_restic: str | None = Field(
        default=None,
        min_length=1,
        max_length=500,
        description="A repository of restic, where that is installed, to which each backup is "
        "handed on; RESTIC_PASSWORD_FILE says its password.",
        json_schema_extra={"default_words": "none"},
    )

    # -- MQTT
    mqtt_url: MqttUrl | None = Field(
        default=None,
        description="Your MQTT broker, mqtts:// with TLS. Without it nothing is subscribed to. "
        "Signs in a user or a password are written as in every address, @ as %40.",
        json_schema_extra={
            "default_words": "no broker",
            "allowed": "an address like mqtt://user:password@host:1883",
        },
    )
    mqtt_client_id: str = Field(
        default="homepot",
        min_length=1,
        max_length=200,
        description="The name under which the broker keeps messages while HOMEPOT is away. Two "
        "installations at one broker need two names.",
    )
    mqtt_tenant: str | None = Field(
        default=None,
        max_length=200,
        description="The tenant whose devices speak over MQTT.",
        json_schema_extra={"default_words": "the only one there is"},
    )
    mqtt_site: str | None = Field(
        default=None,
        max_length=200,
        description="The site, by id or name, under which devices are taken in that nobody "
        "entered. Without it their messages are refused and shown.",
        json_schema_extra={"default_words": "none: only known devices may speak"},
    )
    mqtt_maps: str = Field(
        default="",
        max_length=500,
        description="Ready maps for the topics of other products.",
        json_schema_extra={
            "default_words": "none",
            "allowed": "zigbee2mqtt, tasmota, or both with a comma between",
        },
    )
    mqtt_maps_path: Folder | None = Field(
        default=None,
        description="A file of your own that says what messages of other products become; see "
        "telemetry/mqtt/maps. It comes before the ready maps. A relative path counts like that "
        "of data_dir.",
        json_schema_extra={"default_words": "none", "allowed": "a path"},
    )
    mqtt_ca_path: Folder | None = Field(
        default=None,
        description="The certificate that your broker's certificate is signed with, as PEM, where "
        "the machine does not trust it already.",
        json_schema_extra={"default_words": "what the machine trusts", "allowed": "a path"},
    )

    # -- the AI service
    ai_enabled: bool = Field(
        default=True,
        description="Whether a language model may be asked at all. false: none is asked and none "
        "is started; answers are those of templates.",
        json_schema_extra={"plain_variable": "AI_ENABLED"},
    )
    ai_config_path: Folder | None = Field(
        default=None,
        description="A file of your own that says otherwise what ai/config.yaml says: models, "
        "limits. A relative path counts like that of data_dir.",
        json_schema_extra={"default_words": "the shipped file alone", "allowed": "a path"},
    )
    ollama_url: str | None = Field(
        default=None,
        max_length=300,
        description="Where Ollama answers. Where it does not, HOMEPOT's own model server is used.",
        json_schema_extra={
            "plain_variable": "OLLAMA_URL",
            "default_words": "http://localhost:11434",
            "allowed": "an address like http://localhost:11434",
        },
    )
    chromadb_path: Folder | None = Field(
        default=None,
        description="Where the index of similar incidents lies. It can be deleted: it is built "
        "anew from the database. A relative path counts like that of data_dir.",
        json_schema_extra={
            "plain_variable": "CHROMADB_PATH",
            "default_words": "`chroma_db` in the data folder",
            "allowed": "a path",
        },
    )
    model_server_port: int = Field(
        default=11435,
        ge=1,
        le=65535,
        description="The port of HOMEPOT's own model server, on this machine alone; where it was "
        "not chosen and is taken, a free one.",
    )
    model_server_runs: bool = Field(
        default=True,
        description="Whether `homepot up` starts HOMEPOT's own model server. It holds no model in "
        "memory until one is asked for.",
    )
    model_server_memory_max_bytes: int = Field(
        default=8_000_000_000,
        ge=200_000_000,
        le=10_000_000_000_000,
        description="What the models of HOMEPOT's own model server may take together; one that "
        "does not fit is refused.",
    )
    model_server_anywhere: bool = Field(
        default=False,
        description="Whether OLLAMA_URL may lie outside this machine and private networks.",
    )

    _places: Mapping[str, str] = PrivateAttr(default_factory=dict)

    def named(self, name: str) -> str:
        """A setting as a complaint about it begins: "homepot.yaml:3: mqtt_maps"."""
        return f"{self._places[name]}: {name}" if name in self._places else name

    def is_given(self, name: str) -> bool:
        """Whether somebody chose it; else it is as it comes."""
        return name in self._places

    @model_validator(mode="after")
    def _idle_within_life(self) -> Self:
        if self.session_idle_max_s > self.session_life_max_s:
            raise ValueError(
                "session_idle_max_s is more than session_life_max_s "
                f"({self.session_idle_max_s} > {self.session_life_max_s}); "
                "allowed: at most the same"
            )
        return self


def load_settings(
    environ: Mapping[str, str] | None = None,
    start: Path | None = None,
    flags: Mapping[str, str] | None = None,
) -> Settings:
    """Defaults, then homepot.yaml, then variables, then flags of the command, which are called as
    the settings are; SettingsError says everything that is wrong."""
    environ = os.environ if environ is None else environ
    start = Path.cwd() if start is None else start
    root = project_root()
    given, problems = read_sources(Settings.model_fields, environ, start, root, flags or {})
    values: dict[str, Any] = {"data_dir": default_data_dir(start)}
    values.update({name: one.value for name, one in given.items()})
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        found = [dict(one) for one in error.errors()]
        # What two settings are to each other counts once both of them could be read.
        problems += [_explain(one, given) for one in found if one["loc"] or not problems]
        raise SettingsError(problems) from None
    if problems:
        raise SettingsError(problems)
    settings._places = {name: one.place for name, one in given.items()}  # noqa: SLF001  its maker
    return settings


def _explain(error: dict[str, Any], given: Mapping[str, Given]) -> str:
    """One pydantic error as a line: where, what was wrong, what is allowed."""
    problem = str(error["msg"]).removeprefix("Value error, ")
    if not error["loc"]:
        between = [one.place for name, one in given.items() if name in problem]
        return f"{' and '.join(between)}: {problem}"
    name = str(error["loc"][0])
    field = Settings.model_fields[name]
    return refusal(given[name], name, field, problem, allowed_words(field))
