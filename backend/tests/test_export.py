"""What `homepot export` says where there is nothing to write, or it must not."""

from pathlib import Path

from tests.test_transfer import Command, fleet, homepot

__all__ = ["fleet", "homepot"]  # the fixtures


def test_an_export_refuses_what_would_mix_and_names_what_is_not_there(
    homepot: Command, fleet: Path, tmp_path: Path
) -> None:
    assert homepot("import", fleet).exit_code == 0
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("keep me", encoding="utf-8")
    refused = homepot("export", out)
    assert refused.exit_code == 1
    assert "is not empty; name another folder, or say --overwrite" in refused.stderr
    assert homepot("export", out, "--overwrite").exit_code == 0
    assert (out / "mine.txt").read_text(encoding="utf-8") == "keep me"
    unknown = homepot("export", tmp_path / "other", "--device", "pos_7")
    assert unknown.exit_code == 1
    assert unknown.stderr.strip() == "There is no device 'pos_7'."
    assert "--from: 'soon' is not like" in homepot("export", out, "--from", "soon").stderr
    assert "neither sites.json" in homepot("import", fleet / "metrics").stderr


def test_an_export_of_nothing_says_so_and_why(
    homepot: Command, fleet: Path, tmp_path: Path
) -> None:
    empty = homepot("export", tmp_path / "empty")
    assert empty.exit_code == 0, empty.output
    assert "0 readings of 0 devices at 0 sites" in empty.stdout
    assert "No device is here yet" in empty.stdout
    assert homepot("import", fleet).exit_code == 0
    early = homepot("export", tmp_path / "early", "--to", "2001-01-01")
    assert early.exit_code == 0
    assert "No reading of these devices lies in the time" in early.stdout
    turned = homepot("export", tmp_path / "x", "--from", "2026-02-02", "--to", "2026-02-01")
    assert turned.exit_code == 1
    assert "--from 2026-02-02 does not lie before --to 2026-02-01" in turned.stderr
    assert not (tmp_path / "x").exists()
