"""What a backup holds of the configuration: the files that settings stand in or name."""

import os
from collections.abc import Mapping
from pathlib import Path

from homepot.core.settings import Settings, project_root
from homepot.core.settings_sources import FILE_NAME, config_path

_NAMED = ("ai_config_path", "prometheus_rules_path", "mqtt_maps_path", "mqtt_ca_path")
_SETTINGS = ("DATABASE_URL", "OLLAMA_URL", "CHROMADB_PATH", "AI_ENABLED")
_NOT_KEPT = ("HOMEPOT_BACKUP_PASSPHRASE",)


def backup_dir(settings: Settings) -> Path:
    return settings.backup_dir or settings.data_dir / "backups"


def files(settings: Settings) -> dict[str, Path]:
    """By the name they get: each setting's own, so that two of one name do not meet."""
    found: dict[str, Path] = {}
    own = config_path(os.environ, Path.cwd(), project_root())
    if own is not None and own.is_file():
        found[FILE_NAME] = own
    for name in _NAMED:
        path: Path | None = getattr(settings, name)
        if path is not None and path.is_file():
            found[f"{name}-{path.name}"] = path
    return found


def variables(environ: Mapping[str, str]) -> dict[str, str]:
    """Settings that came from the surroundings; never what opens the backup."""
    return {
        name: value
        for name, value in sorted(environ.items())
        if (name.startswith("HOMEPOT_") or name in _SETTINGS) and not name.startswith(_NOT_KEPT)
    }
