"""Habits of the code that no linter knows. All rules together stay under 150 lines."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from homepot.core import settings_doc

ROOT = Path(__file__).parents[3]
PRODUCT = ROOT / "backend" / "src" / "homepot"
FOLDERS = ("agent", "backend", "benchmarks", "deploy", "docs", "frontend", "simulator")
# Made by a command or brought along by others: nobody reads or writes them by hand.
SKIPPED = re.compile(r"/(node_modules|dist|coverage|\.\w+|[\w.-]+\.egg-info)/|/api/schema\.ts$")


def files(*endings: str) -> Iterator[Path]:
    inside = (path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*")))
    for path in (*sorted(ROOT.iterdir()), *inside):
        shown = f"/{path.relative_to(ROOT)}"
        if path.is_file() and path.suffix in endings and not SKIPPED.search(shown):
            yield path


def lines(paths: Iterator[Path], wrong: str) -> list[str]:
    """Where a line of these files has what it should not have."""
    return [
        f"{path.relative_to(ROOT)}:{number}"
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(wrong, line)
    ]


def test_functions_have_70_lines_at_most() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in files(".py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (node.end_lineno or 0) - node.lineno >= 70
    ]
    assert long == []


def test_files_have_400_lines_at_most() -> None:
    sources = files(".py", ".ts", ".tsx")
    lengths = {str(path.relative_to(ROOT)): path.read_bytes().count(b"\n") for path in sources}
    assert {path: length for path, length in lengths.items() if length > 400} == {}


def test_the_product_does_not_print() -> None:
    product = (p for p in files(".py") if not {"tests", "benchmarks"} & set(p.parts))
    assert lines(product, r"^\s*print\(") == []


def test_nothing_is_left_for_later() -> None:
    written = files(".py", ".ts", ".tsx", ".css", ".html", ".mjs", ".md", ".yaml", ".toml")
    assert lines(written, r"\b(FIX[M]E|TO[D]O|XX[X])\b") == []


def test_lock_files_name_no_registry() -> None:
    names = ("backend/requirements.txt", "backend/requirements-dev.txt", "frontend/.npmrc")
    locks = (ROOT / name for name in (*names, "frontend/package-lock.json"))
    address = r'"resolved"|index-url|find-links|\.(tgz|whl)\b|@ \w+://'
    assert lines(locks, address + r"|registry *=") == []


def test_every_setting_is_documented() -> None:
    page = settings_doc.page_path().read_text(encoding="utf-8")
    assert page == settings_doc.render(), "run `python -m homepot.core.settings_doc`"


def test_every_capability_says_what_it_is() -> None:
    folders = {
        path.parent for name in ("routes", "service") for path in PRODUCT.rglob(f"{name}.py")
    }
    assert folders
    assert [str(f.relative_to(ROOT)) for f in folders if not (f / "README.md").is_file()] == []
