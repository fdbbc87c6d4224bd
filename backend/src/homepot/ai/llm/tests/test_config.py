"""The AI service's file: the owner's word stands, and what is wrong is named."""

from pathlib import Path

import pytest

from homepot.ai.config import ai_config
from homepot.core.settings import Settings, SettingsError


def of(text: str, folder: Path, **settings: object) -> Settings:
    path = folder / "my own.yaml"
    path.write_text(text)
    return Settings.model_validate({"ai_config_path": path, **settings})


def test_the_shipped_file_is_that_of_the_plan() -> None:
    config = ai_config(Settings())
    assert config.default_model == "llama3.2:3b"
    assert config.models.fast == "phi3.5:3.8b"
    assert config.models.balanced == "llama3.2:3b"
    assert config.models.accurate == "mistral:7b"
    assert config.ollama.url == "http://localhost:11434"
    assert config.caching.enabled
    assert (config.ollama.timeout, config.ollama.max_retries) == (30, 3)
    assert (config.caching.ttl, config.caching.max_size) == (300, 1000)
    assert (config.chromadb.path, config.chromadb.collection_name) == (
        "./chroma_db",
        "device_patterns",
    )
    settings = Settings()
    assert config.chromadb.folder(settings) == settings.data_dir / "chroma_db"


def test_health_has_the_plans_thresholds(tmp_path: Path) -> None:
    shipped = ai_config(Settings()).anomaly_detection.health_thresholds
    assert (shipped.healthy, shipped.warning, shipped.critical) == (0.8, 0.4, 0.0)
    own = "ai_service: {anomaly_detection: {health_thresholds_of: {gateway: %s}}}"
    config = ai_config(of(own % "{healthy: 0.9, warning: 0.5}", tmp_path))
    assert config.anomaly_detection.health_thresholds_of["gateway"].healthy == 0.9
    wrong = tmp_path / "wrong"
    wrong.mkdir()
    with pytest.raises(SettingsError, match="warning must be below healthy"):
        ai_config(of(own % "{healthy: 0.5, warning: 0.6}", wrong))


def test_the_owners_file_says_only_what_is_otherwise(tmp_path: Path) -> None:
    config = ai_config(of("ai_service:\n  ollama:\n    timeout: 60\n", tmp_path))
    assert config.ollama.timeout == 60
    assert config.ollama.max_retries == 3


def test_the_variable_names_the_server() -> None:
    config = ai_config(Settings(ollama_url="http://192.168.1.20:11434"))
    assert config.ollama.url == "http://192.168.1.20:11434"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ai_service:\n  ollama:\n    timeout: never\n", r":3: ai_service\.ollama.timeout"),
        ("ai_service:\n  modles: {}\n", "ai_service.modles"),
        ("ollama: {}\n", "ai_service:"),
        ("a: [\n", r":2: not valid YAML"),
    ],
)
def test_what_is_wrong_is_named(text: str, names: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=names):
        ai_config(of(text, tmp_path))


@pytest.mark.parametrize(
    "url",
    ["http://8.8.8.8:11434", "https://1.1.1.1", "ftp://localhost", "nonsense", "http://:99999"],
)
def test_a_model_outside_the_house_is_refused(url: str) -> None:
    with pytest.raises(SettingsError):
        ai_config(Settings(ollama_url=url))


def test_unless_the_owner_means_it() -> None:
    settings = Settings(ollama_url="http://8.8.8.8:11434", model_server_anywhere=True)
    assert ai_config(settings).ollama.url == "http://8.8.8.8:11434"


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://[::1]:1", "http://10.0.0.5:11434"])
def test_this_machine_and_private_networks_are_the_house(url: str) -> None:
    assert ai_config(Settings(ollama_url=url)).ollama.url == url
