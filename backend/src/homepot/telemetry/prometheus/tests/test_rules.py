"""The owner's rules: a mistake is named with its line."""

from pathlib import Path

import pytest

from homepot.core.settings_sources import SettingsError
from homepot.telemetry.prometheus.rules import load, parse

HEAD = "device: [host]\nsite: site\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + "rules:\n  - { name: x, keep: true }\n  - { name: '(', drop: true }\n", ":5: "),
        (HEAD + "rules:\n  - name: x\n    drop: true\n    metrc: y\n", ":6: "),
        (HEAD + "rules:\n  - { name: x, metric: Load }\n", ":4: rules.0.metric: a metric has"),
        (HEAD + "rules:\n  - { name: x, drop: true, keep: true }\n", ":4: rules.0: a rule says"),
        (HEAD + "rules:\n  - { name: x, metric: y, factor: .nan }\n", ":4: rules.0.factor"),
        ("device: []\nsite: site\n", ":1: device: "),
        ("site: site\n", ":1: device: this is missing"),
        (HEAD + "rules: [\n", ":4: not valid YAML"),
        ("- 1\n", ":1: "),
        ("", ":1: names with values are expected"),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        parse(text, "mine.yaml")
    assert f"mine.yaml{said}" in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path / "none.yaml")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_bytes(b"\xff")
    with pytest.raises(SettingsError, match="not UTF-8"):
        load(wrong)
