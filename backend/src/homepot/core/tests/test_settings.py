from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from homepot.core import settings_doc
from homepot.core.settings import Settings, SettingsError, load_settings, project_root

SECRET = "postgres://me:geheim@db/homepot"


def load(
    tmp_path: Path, text: str | None = None, environ: Mapping[str, str] | None = None
) -> Settings:
    if text is not None:
        (tmp_path / "homepot.yaml").write_text(text, encoding="utf-8")
    return load_settings(environ or {}, tmp_path)


def problems(
    tmp_path: Path, text: str | None = None, environ: Mapping[str, str] | None = None
) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, text, environ)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return [one.replace(f"{tmp_path}/", "") for one in caught.value.problems]


def test_defaults_need_nothing(tmp_path: Path) -> None:
    settings = load(tmp_path)
    root = project_root()
    assert root is not None
    assert settings.data_dir == root / "var"
    assert settings.database_url is None
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.device_silent_after_s == 120


def test_an_installed_package_keeps_its_data_in_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("settings", "settings_installation"):
        monkeypatch.setattr(f"homepot.core.{module}.project_root", lambda: None)
    assert load(tmp_path).data_dir == tmp_path / "var"


def test_variable_wins_over_file_and_file_over_default(tmp_path: Path) -> None:
    settings = load(tmp_path, "port: 8001\nlog_level: WARNING\n", {"HOMEPOT_PORT": "8002"})
    assert settings.port == 8002
    assert settings.log_level == "warning"
    assert settings.log_format == "text"


def test_an_empty_variable_and_an_empty_value_are_not_set(tmp_path: Path) -> None:
    settings = load(tmp_path, "port:\nhost: ~\n", {"HOMEPOT_PORT": " ", "DATABASE_URL": ""})
    assert (settings.port, settings.host, settings.database_url) == (8000, "127.0.0.1", None)


@pytest.mark.parametrize("text", ["", "# only a remark\n", "---\n"])
def test_an_empty_file_is_no_error(tmp_path: Path, text: str) -> None:
    assert load(tmp_path, text).port == 8000


def test_the_file_in_the_project_root_is_found_from_below(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("homepot.core.settings.project_root", lambda: tmp_path)
    below = tmp_path / "backend"
    below.mkdir()
    (tmp_path / "homepot.yaml").write_text("port: 8001\ndata_dir: data\n")
    assert load_settings({}, below).port == 8001
    assert load_settings({}, below).data_dir == tmp_path / "data"
    (below / "homepot.yaml").write_text("port: 8002\n")
    assert load_settings({}, below).port == 8002


def test_a_named_file_is_read_and_must_exist(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("port: 8003\n")
    assert load(tmp_path, "port: 8001\n", {"HOMEPOT_CONFIG": "other.yaml"}).port == 8003
    assert problems(tmp_path, None, {"HOMEPOT_CONFIG": "none.yaml"}) == [
        "none.yaml: cannot be read: No such file or directory"
    ]


@pytest.mark.parametrize(
    "url",
    [
        "postgres://me:geheim@db/homepot",
        "postgresql://me:geheim@db/homepot",
        "postgresql+psycopg://me:geheim@db/homepot",
        "postgresql+asyncpg://me:geheim@db/homepot",
    ],
)
@pytest.mark.parametrize("variable", ["DATABASE_URL", "HOMEPOT_DATABASE_URL"])
def test_every_spelling_of_a_database_address(tmp_path: Path, url: str, variable: str) -> None:
    settings = load(tmp_path, None, {variable: url})
    assert settings.database_url == SecretStr("postgresql://me:geheim@db/homepot")


def test_our_own_name_wins_over_the_plain_one(tmp_path: Path) -> None:
    environ = {"DATABASE_URL": "postgresql:///a", "HOMEPOT_DATABASE_URL": "postgresql:///b"}
    assert load(tmp_path, None, environ).database_url == SecretStr("postgresql:///b")


def test_a_secret_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text(SECRET + "\n")
    settings = load(tmp_path, None, {"DATABASE_URL_FILE": "url"})
    assert settings.database_url == SecretStr("postgresql://me:geheim@db/homepot")
    both = {"DATABASE_URL_FILE": "url", "DATABASE_URL": SECRET}
    assert problems(tmp_path, None, both) == [
        "DATABASE_URL_FILE: DATABASE_URL is set too; allowed: only one of them"
    ]
    (tmp_path / "url").write_text("\n")
    assert problems(tmp_path, None, {"DATABASE_URL_FILE": "url"}) == [
        "DATABASE_URL_FILE: url is empty"
    ]
    assert problems(tmp_path, None, {"HOMEPOT_DATABASE_URL_FILE": "gone"}) == [
        "HOMEPOT_DATABASE_URL_FILE: gone cannot be read: No such file or directory"
    ]


def test_a_secret_is_never_shown(tmp_path: Path) -> None:
    settings = load(tmp_path, None, {"DATABASE_URL": SECRET})
    shown = f"{settings} {settings!r} {settings.model_dump()} {settings.model_dump_json()}"
    assert "geheim" not in shown
    [line] = problems(tmp_path, "database_url: mysql://me:geheim@db/x\n")
    assert "geheim" not in line
    assert line == (
        "homepot.yaml:1: database_url: not the address of a PostgreSQL database; "
        "allowed: an address like postgresql://user:password@host:5432/name"
    )
    [line] = problems(tmp_path, "", {"DATABASE_URL": "postgresql://me:geheim@db:99999/x"})
    assert line.startswith("DATABASE_URL: database_url: the port in it is not a number")
    with pytest.raises(ValidationError) as direct:
        Settings(database_url=SecretStr("mysql://me:geheim@db"))
    assert "geheim" not in str(direct.value)


@pytest.mark.parametrize(
    ("text", "environ", "expected"),
    [
        (
            "host: 0.0.0.0\n\nport: 99999\n",
            {},
            (
                "homepot.yaml:3: port is '99999': Input should be less than or equal to 65535; "
                "allowed: a whole number from 1 to 65535"
            ),
        ),
        (
            "",
            {"HOMEPOT_PORT": "http"},
            (
                "HOMEPOT_PORT: port is 'http': Input should be a valid integer, unable to parse "
                "string as an integer; allowed: a whole number from 1 to 65535"
            ),
        ),
        (
            "port: yes\n",
            {},
            (
                "homepot.yaml:1: port is 'yes': true and false do not mix with other values; "
                "allowed: a whole number from 1 to 65535"
            ),
        ),
        (
            "port: [1, 2]\n",
            {},
            ("homepot.yaml:1: port: expected one value; allowed: a whole number from 1 to 65535"),
        ),
        (
            "log_format: xml\n",
            {},
            (
                "homepot.yaml:1: log_format is 'xml': Input should be 'text' or 'json'; "
                "allowed: text, json"
            ),
        ),
        (
            "# a\nprot: 1\n",
            {},
            "homepot.yaml:2: unknown setting 'prot'; did you mean port?",
        ),
        (
            "",
            {"HOMEPOT_DATA_DIR": "x"},
            "HOMEPOT_DATA_DIR: unknown variable 'HOMEPOT_DATA_DIR'; did you mean HOMEPOT_DATA?",
        ),
        (
            "port: 1\nport: 2\n",
            {},
            "homepot.yaml:2: port was already set at homepot.yaml:1",
        ),
        ("- port\n", {}, "homepot.yaml:1: expected lines of `name: value`"),
        (
            "port: 1\nhost: [\n",
            {},
            "homepot.yaml:3: not valid YAML: expected the node content, but found '<stream end>'",
        ),
        (
            "host: a\x01b\n",
            {},
            "homepot.yaml: not valid YAML: a character that may not stand in it",
        ),
        (
            "host: localhost\npublic_url: example.org\n",
            {},
            (
                "homepot.yaml:2: public_url is 'example.org': not a full web address; "
                "allowed: an address like https://homepot.example.org, without a path"
            ),
        ),
        (
            "session_life_max_s: 600\n",
            {"HOMEPOT_SESSION_IDLE_MAX_S": "700"},
            (
                "homepot.yaml:1 and HOMEPOT_SESSION_IDLE_MAX_S: session_idle_max_s is more than "
                "session_life_max_s (700 > 600); allowed: at most the same"
            ),
        ),
    ],
)
def test_a_refusal_names_the_place_the_fault_and_what_is_allowed(
    tmp_path: Path, text: str, environ: dict[str, str], expected: str
) -> None:
    assert problems(tmp_path, text, environ) == [expected]


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    assert len(problems(tmp_path, "port: 0\nlog_level: loud\n", {"HOMEPOT_HOST": "a b"})) == 3


def test_unknown_names_and_wrong_values_are_said_together(tmp_path: Path) -> None:
    text = "prot: 1\nport: 0\nlog_level: yes\nsession_life_max_s: 600\n"
    told = problems(tmp_path, text, {"HOMEPOT_PROT": "x", "HOMEPOT_MQTT_URL": "nowhere"})
    assert [one.split(": ")[0] for one in told] == [
        *("homepot.yaml:1", "homepot.yaml:3", "HOMEPOT_PROT", "homepot.yaml:2", "HOMEPOT_MQTT_URL")
    ]
    torn = problems(tmp_path, "port: [\n", {"HOMEPOT_PORT": "x"})
    assert [one.split(": ")[0] for one in torn] == ["homepot.yaml:2", "HOMEPOT_PORT"]


def test_a_flag_wins_and_is_named_where_it_is_wrong(tmp_path: Path) -> None:
    environ = {"HOMEPOT_PORT": "8002"}
    assert load_settings(environ, tmp_path, {"port": "8003"}).port == 8003
    with pytest.raises(SettingsError, match=r"^--port: port is '80000': Input should be less than"):
        load_settings(environ, tmp_path, {"port": "80000"})


def test_variables_of_the_agent_are_not_ours_to_judge(tmp_path: Path) -> None:
    others = {"HOMEPOT_AGENT_STATE": "x", "HOMEPOT_BOOTSTRAP_KEY": "y", "HOMEPOT_CLAIM_TOKEN": "z"}
    assert load(tmp_path, None, others).port == 8000
    assert len(problems(tmp_path, None, {"HOMEPOT_AGENT": "x"})) == 1


def test_a_name_like_nothing_lists_what_is_known(tmp_path: Path) -> None:
    [line] = problems(tmp_path, "zzzzzz: 1\n")
    assert "known: " in line
    assert "body_size_max_bytes" in line


def test_a_web_address_is_kept_without_its_slash(tmp_path: Path) -> None:
    settings = load(tmp_path, "public_url: https://Pots.example.org:8443/\n")
    assert settings.public_url == "https://pots.example.org:8443"


def test_relative_paths_count_from_where_they_were_written(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "h.yaml").write_text("data_dir: ../kept\n")
    settings = load(tmp_path, None, {"HOMEPOT_CONFIG": "etc/h.yaml"})
    assert settings.data_dir == tmp_path / "etc" / ".." / "kept"
    assert load(tmp_path, None, {"HOMEPOT_DATA": "mine"}).data_dir == tmp_path / "mine"


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Settings().__setattr__("port", 9)


def test_every_setting_has_a_meaning_and_a_limit() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name


def test_the_page_of_settings_is_the_one_the_model_writes() -> None:
    written = settings_doc.page_path().read_text(encoding="utf-8")
    assert written == settings_doc.render(), "run python -m homepot.core.settings_doc"
