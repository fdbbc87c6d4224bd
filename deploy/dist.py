"""Makes what is handed out: wheels, locked requirements, bill of materials, audit, checksums.

    python deploy/dist.py FOLDER          # `make dist` calls it so, from its own environment

The wheel of the product carries the built pages and the migrations. Beside it lie the wheels of
the agent and of the simulated fleet, the requirements with the hashes of what they were tested
with, `homepot.cdx.json` (CycloneDX 1.6), `audit.json`, what is needed to install on a server
(`deploy/`), and `SHA256SUMS` over all of it.
"""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = ("requirements.txt", "requirements-weights.txt")
TO_INSTALL = (
    "install.sh",
    "homepot.env",
    "Caddyfile",
    "compose.yaml",
    "Dockerfile",
    "systemd",
    "prometheus",
    "grafana",
    "logrotate",
)
_UNWANTED = shutil.ignore_patterns("tests", "__pycache__", "*.pyc", "*.nbi", "*.nbc", "*.egg-info")
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


class Refused(Exception):
    """It cannot be made; the message says why and what to do."""


def main(words: list[str]) -> None:
    if len(words) != 1:
        raise Refused("say which folder it goes to: python deploy/dist.py FOLDER")
    made = make(Path(words[0]).absolute(), pages=ROOT / "frontend" / "dist", say=_say)
    _say(f"{made} holds what is handed out; `sha256sum -c SHA256SUMS` checks it there.")


def make(folder: Path, *, pages: Path, say: Callable[[str], None]) -> Path:
    """Everything, in a folder that has its name only once it is whole."""
    half = folder.with_name(f"{folder.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    say("Building the wheels.")
    version = build_wheels(half, pages)
    for name in REQUIREMENTS:
        shutil.copyfile(ROOT / "backend" / name, half / name)
    _copy_what_installs(half / "deploy")
    say("Writing the bill of materials.")
    write_json(half / "homepot.cdx.json", bill_of_materials(version))
    say("Asking for advisories on what is in it.")
    found = audit()
    write_json(half / "audit.json", found)
    say(found["verdict"])
    refuse_vulnerable(found, required=os.environ.get("AUDIT") == "required")
    write_checksums(half)
    shutil.rmtree(folder, ignore_errors=True)
    half.rename(folder)
    return folder


# -- wheels -----------------------------------------------------------------------------------


def build_wheels(into: Path, pages: Path, *options: str) -> str:
    """The product's and its two clients'; the version of the product."""
    with tempfile.TemporaryDirectory() as work:
        stage(Path(work) / "homepot", pages)
        for source in (Path(work) / "homepot", ROOT / "agent", ROOT / "simulator"):
            copy = source
            if source.parent == ROOT:  # building writes beside the sources
                copy = Path(work) / source.name
                shutil.copytree(source, copy, ignore=_UNWANTED)
            build_wheel(copy, into, *options)
    (made,) = into.glob("homepot-*.whl")
    return made.name.split("-")[1]


def stage(folder: Path, pages: Path) -> None:
    """The product as its wheel holds it: with the pages and the migrations inside."""
    if not (pages / "index.html").is_file():
        raise Refused(f"the pages are not built, nothing is in {pages}: make dist builds them")
    backend = ROOT / "backend"
    package = folder / "src" / "homepot"
    shutil.copytree(backend / "src" / "homepot", package, ignore=_UNWANTED)
    shutil.copytree(pages, package / "pages")
    schema = package / "schema"
    shutil.copytree(backend / "migrations", schema / "migrations", ignore=_UNWANTED)
    shutil.copyfile(backend / "alembic.ini", schema / "alembic.ini")
    for name in ("pyproject.toml", "requirements.in"):
        shutil.copyfile(backend / name, folder / name)


def build_wheel(source: Path, into: Path, *options: str) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--disable-pip-version-check"]
    # Two builds of one commit are the same, byte for byte.
    environment = {**os.environ, "SOURCE_DATE_EPOCH": _last_change()}
    done = _run([*command, *options, "--no-deps", "-w", str(into), str(source)], env=environment)
    if done.returncode != 0:
        raise Refused(f"the wheel of {source.name} could not be built:\n{done.stderr.strip()}")


def _last_change() -> str:
    done = _run(["git", "-C", str(ROOT), "log", "-1", "--format=%ct"])
    return done.stdout.strip() or "1700000000"


def _copy_what_installs(into: Path) -> None:
    into.mkdir()
    for name in TO_INSTALL:
        source = ROOT / "deploy" / name
        if source.is_dir():
            shutil.copytree(source, into / name)
        elif source.is_file():
            shutil.copy2(source, into / name)


# -- bill of materials ------------------------------------------------------------------------


def bill_of_materials(version: str) -> dict[str, Any]:
    """CycloneDX: each locked package of Python, and each of npm that is in the built pages."""
    components = [*python_components(), *npm_components()]
    bill = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": f"homepot@{version}",
                "name": "homepot",
                "version": version,
            }
        },
        "components": sorted(components, key=lambda one: str(one["bom-ref"])),
    }
    _refuse_invalid(bill)
    return bill


def python_components() -> list[dict[str, Any]]:
    found = {}
    for name in REQUIREMENTS:
        text = (ROOT / "backend" / name).read_text(encoding="utf-8")
        for block in re.split(r"\n(?=\S)", text):
            if pinned := _PINNED.match(block):
                hashes = re.findall(r"--hash=sha256:([0-9a-f]{64})", block)
                found[pinned[1]] = _python_component(pinned[1], pinned[2], hashes)
    return list(found.values())


def _python_component(name: str, version: str, hashes: Iterable[str]) -> dict[str, Any]:
    address = f"pkg:pypi/{name.lower()}@{version}"
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": address,
        "name": name,
        "version": version,
        "purl": address,
        # One for each file the package index has of this version; any of them may be installed.
        "properties": [{"name": "homepot:accepted-sha256", "value": one} for one in hashes],
    }
    return component | _licence(name)


def _licence(name: str) -> dict[str, Any]:
    """As the package says, where it is installed here."""
    for one in metadata.distributions(path=[str(path) for path in _site_packages()]):
        if re.sub(r"[-_.]+", "-", one.metadata["Name"] or "").lower() != name.lower():
            continue
        if expression := one.metadata.get("License-Expression"):
            return {"licenses": [{"expression": expression}]}
        said = (one.metadata.get("License") or "").strip().splitlines()
        return {"licenses": [{"license": {"name": said[0][:100]}}]} if said else {}
    return {}


def _site_packages() -> list[Path]:
    return sorted((ROOT / ".venv" / "lib").glob("python3*/site-packages"))


def npm_components() -> list[dict[str, Any]]:
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text(encoding="utf-8"))
    found = {}
    for place, one in lock["packages"].items():
        if not place or one.get("dev") or "version" not in one:
            continue
        name = place.rpartition("node_modules/")[2]
        address = f"pkg:npm/{name.replace('@', '%40')}@{one['version']}"
        component = {"type": "library", "name": name, "version": one["version"]}
        if said := re.fullmatch(r"sha512-(\S+)", one.get("integrity", "")):
            content = base64.b64decode(said[1]).hex()
            component |= {"hashes": [{"alg": "SHA-512", "content": content}]}
        if "license" in one:
            component |= {"licenses": [{"expression": one["license"]}]}
        found[address] = {**component, "bom-ref": address, "purl": address}
    return list(found.values())


def _refuse_invalid(bill: dict[str, Any]) -> None:
    from cyclonedx.schema import SchemaVersion  # noqa: PLC0415  only `make dist` has it
    from cyclonedx.validation.json import JsonStrictValidator  # noqa: PLC0415

    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill))
    if wrong is not None:
        raise Refused(f"the bill of materials is not CycloneDX 1.6: {wrong}")


# -- audit ------------------------------------------------------------------------------------


def audit() -> dict[str, Any]:
    """What is known against the packages. Nobody who can be asked is an answer too."""
    python, npm = _audit_python(), _audit_npm()
    weak = [*python["vulnerable"], *npm["vulnerable"]]
    unasked = [name for name, one in (("Python", python), ("npm", npm)) if not one["asked"]]
    if weak:
        verdict = f"Known to be vulnerable: {', '.join(weak)}."
    elif unasked:
        verdict = f"Not audited, because nobody could be asked: packages of {', '.join(unasked)}."
    else:
        verdict = f"{python['asked']} packages of Python and those of npm: nothing is known."
    return {"verdict": verdict, "python": python, "npm": npm}


def _audit_python() -> dict[str, Any]:
    given = ROOT / "backend" / "requirements.txt"
    program = str(Path(sys.executable).parent / "pip-audit")
    command = [program, "-r", str(given), "--no-deps", "--disable-pip", "-f", "json"]
    return read_pip_audit(_run(command).stdout)


def read_pip_audit(said: str) -> dict[str, Any]:
    try:
        packages = json.loads(said)["dependencies"]
    except (ValueError, KeyError):
        packages = []
    skipped = [one["name"] for one in packages if "skip_reason" in one]
    weak = [
        f"{one['name']} {one['version']} ({', '.join(each['id'] for each in one['vulns'])})"
        for one in packages
        if one.get("vulns")
    ]
    return {"asked": len(packages) - len(skipped), "not_asked": skipped, "vulnerable": weak}


def _audit_npm() -> dict[str, Any]:
    done = _run(["npm", "audit", "--omit=dev", "--json"], cwd=ROOT / "frontend")
    return read_npm_audit(done.stdout)


def read_npm_audit(said: str) -> dict[str, Any]:
    try:
        found = json.loads(said)
    except ValueError:
        found = {}
    if "vulnerabilities" not in found:
        return {"asked": 0, "vulnerable": []}
    asked = found.get("metadata", {}).get("dependencies", {}).get("prod", 0)
    weak = [f"{name} ({one['severity']})" for name, one in found["vulnerabilities"].items()]
    return {"asked": asked, "vulnerable": weak}


def refuse_vulnerable(found: dict[str, Any], *, required: bool) -> None:
    if found["python"]["vulnerable"] or found["npm"]["vulnerable"]:
        raise Refused(f"{found['verdict']} Renew them in backend/*.in or frontend/package.json.")
    if required and not (found["python"]["asked"] and found["npm"]["asked"]):
        raise Refused(f"{found['verdict']} AUDIT=required was said: try where they answer.")


# -- checksums --------------------------------------------------------------------------------


def write_checksums(folder: Path) -> None:
    """As `sha256sum -c` reads them."""
    lines = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        lines.append(f"{found}  {path.relative_to(folder)}\n")
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def write_json(path: Path, found: dict[str, Any]) -> None:
    path.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _run(command: list[str], **how: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  commands of our own
        command, capture_output=True, text=True, check=False, **how
    )


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Refused as refused:
        sys.exit(str(refused))
