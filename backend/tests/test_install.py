"""The install script twice, an upgrade and the way back, with the tools of a machine pretended;
and the files that go with it, read by the programs they are for."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"
_LOGGED = 'echo "{name} $*" >> "$LOG"\n'
# What a server has, as far as the script asks for it.
TOOLS = {
    "id": '[ $# -eq 1 ] && echo 0 && exit 0\n[ -e "$STATE/user" ]',
    "useradd": _LOGGED.format(name="useradd") + 'touch "$STATE/user"',
    "runuser": 'shift 3\nexec "$@"',
    "chgrp": "exit 0",
    "systemctl": """case $1 in
      is-active) [ -e "$STATE/running-$3" ]; exit ;;
      start) touch "$STATE/running-$2" ;;
      stop) rm -f "$STATE/running-$2" ;;
      status) exit 0 ;;
    esac
    """
    + _LOGGED.format(name="systemctl"),
    "curl": "exit 0",
    "install": """words=()
    while [ $# -gt 0 ]; do case $1 in -o|-g) shift ;; *) words+=("$1") ;; esac; shift; done
    exec /usr/bin/install "${words[@]}"
    """,
}
PYTHON = """if [ "$1" = -m ] && [ "$2" = venv ]; then
  mkdir -p "$3/bin" "$3/schema/migrations"
  echo "${3##*/}" > "$3/schema/migrations/one.py"; echo "[alembic]" > "$3/schema/alembic.ini"
  for name in python homepot alembic; do
    printf '#!/bin/bash\\nLOG=%q\\n. %q\\n' "$LOG" "$STATE/inside" > "$3/bin/$name"
    chmod +x "$3/bin/$name"
  done
  echo "venv ${3##*/}" >> "$LOG"
fi
exit 0
"""
INSIDE = """me=$(cd "$(dirname "$0")/.." && pwd -P)
if [ "${0##*/} $1" = "python -c" ]; then echo "$me/schema"; exit; fi
echo "$(basename "$0") of ${me##*/}: $*" >> "$LOG"
if [ "$1 $2" = "backup write" ]; then mkdir -p "$HOMEPOT_DATA/backups/homepot-20260101T000000Z"; fi
exit 0
"""


class Machine:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root, self.log = folder / "the root", folder / "log"
        for name in ("tools", "state", "dist", "the root"):
            (folder / name).mkdir(parents=True)
        for name, words in {**TOOLS, "python3.13": PYTHON}.items():
            path = folder / "tools" / name
            path.write_text(f"#!/bin/bash\n{words}\n")
            path.chmod(0o755)
        (folder / "state" / "inside").write_text(INSIDE)
        for name in ("requirements.txt", "requirements-weights.txt"):
            (folder / "dist" / name).write_text("")
        self.hand_out("1.0.0")

    def hand_out(self, version: str) -> None:
        (self.folder / "dist" / f"homepot-{version}-py3-none-any.whl").write_text(version)

    def install(self, *words: str) -> list[str]:
        """What was done to the machine."""
        self.log.write_text("")
        environment = {
            "PATH": f"{self.folder / 'tools'}:/usr/bin:/bin",
            "ROOT": str(self.root),
            "STATE": str(self.folder / "state"),
            "LOG": str(self.log),
        }
        script = ["bash", str(DEPLOY / "install.sh"), "--from", str(self.folder / "dist"), *words]
        done = subprocess.run(script, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return [line for line in self.log.read_text().splitlines() if " status " not in line]

    def files(self) -> dict[str, int]:
        return {
            str(path): path.lstat().st_mtime_ns
            for path in self.root.rglob("*")
            if path.is_file() or path.is_symlink()
        }

    @property
    def version(self) -> str:
        return (self.root / "opt/homepot/venv").readlink().name.split("-")[0]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "a machine")


def test_a_second_run_changes_nothing(machine: Machine) -> None:
    done = machine.install("--database-url", "postgresql://one:word@localhost/homepot")
    assert any(line.startswith("useradd --system") for line in done)
    assert [line.split(": ")[1] for line in done if line.startswith("alembic of")] == [
        f"-c {machine.root}/opt/homepot/backend/alembic.ini upgrade head"
    ]
    assert done[-1] == "systemctl start homepot-backend"
    kept = (machine.root / "etc/homepot/homepot.env").read_text()
    assert "DATABASE_URL=postgresql://one:word@localhost/homepot" in kept.splitlines()
    for folder in ("backend", "ollama_models", "chroma_db", "logs", "var"):
        assert (machine.root / "opt/homepot" / folder).is_dir()
    before = machine.files()
    again = machine.install("--database-url", "postgresql://one:word@localhost/homepot")
    assert again == ["systemctl daemon-reload"]
    assert machine.files() == before


def test_an_upgrade_is_backed_up_first_and_can_be_undone(machine: Machine) -> None:
    machine.install()
    machine.hand_out("1.1.0")
    done = machine.install()
    assert machine.version == "1.1.0"
    told = [line.split("-")[0] + ":" + line.split(": ")[1] for line in done if " of " in line]
    saved = told.index("homepot of 1.0.0:backup write --keep 0")
    assert any(line.startswith("alembic of 1.1.0") for line in told[saved:])
    stopped = done.index("systemctl stop homepot-backend")
    assert stopped < next(n for n, line in enumerate(done) if "backup write" in line)
    back = machine.install("--rollback")
    assert machine.version == "1.0.0"
    place = machine.root / "opt/homepot/var/backups/homepot-20260101T000000Z"
    assert any("homepot of 1.0.0" in line and f"restore {place}" in line for line in back)
    assert back[-1] == "systemctl start homepot-backend"


def test_what_was_changed_on_the_way_is_not_installed(machine: Machine) -> None:
    (machine.folder / "dist" / "SHA256SUMS").write_text(f"{'0' * 64}  requirements.txt\n")
    with pytest.raises(AssertionError, match="not what was handed out"):
        machine.install()
    assert not (machine.root / "opt/homepot/venv").exists()


def test_scripts_are_clean() -> None:
    scripts = [str(DEPLOY / name) for name in ("install.sh", "try-dist", "build-timescaledb")]
    for script in scripts:
        subprocess.run(["bash", "-n", script], check=True)
    if shutil.which("shellcheck"):
        subprocess.run(["shellcheck", *scripts], check=True)


@pytest.mark.parametrize("name", ["homepot-ollama", "homepot-backend"])
def test_units_are_those_of_the_plan_hardened(name: str) -> None:
    path = DEPLOY / "systemd" / f"{name}.service"
    lines = path.read_text().splitlines()
    wanted = ("User=homepot", "Restart=always", "RestartSec=10", "WantedBy=multi-user.target")
    hardened = ("NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=")
    assert set(wanted) | set(hardened) <= set(lines)
    if name == "homepot-ollama":
        assert "Environment=OLLAMA_MODELS=/opt/homepot/ollama_models" in lines
    else:
        assert "After=network.target postgresql.service homepot-ollama.service" in lines
    if shutil.which("systemd-analyze"):
        verify = ["systemd-analyze", "verify", "--man=no", str(path)]
        done = subprocess.run(verify, capture_output=True, text=True, check=False)
        said = [line for line in done.stderr.splitlines() if "is not executable" not in line]
        assert [line for line in said if path.name in line] == []


@pytest.mark.skipif(shutil.which("caddy") is None, reason="caddy is not installed")
def test_caddy_takes_its_file() -> None:
    check = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_compose_file_keeps_homepot_behind_its_front() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    assert "ports" not in services["homepot"]
    assert services["caddy"]["depends_on"] == ["homepot"]
    assert "USER homepot" in (DEPLOY / "Dockerfile").read_text()
