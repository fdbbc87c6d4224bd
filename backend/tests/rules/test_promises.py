"""docs/promises.md: a row marked kept names tests or benchmarks that exist."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
ROW = re.compile(r"\| (P\d+) \| .+ \| .+ \| (kept|coming|otherwise) \| (\S.*) \|")
NODE = re.compile(r"`([\w./-]+\.(?:py|tsx?))(?:::([^`]+))?`")


def rows() -> list[tuple[str, str, str]]:
    page = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
    lines = [line for line in page.splitlines() if line.startswith("| P")]
    assert [line for line in lines if not ROW.fullmatch(line)] == []
    return [(m[1], m[2], m[3]) for line in lines if (m := ROW.fullmatch(line))]


def exists(path: str, name: str) -> bool:
    """A whole benchmark, or one test in a file of tests."""
    file = ROOT / path
    if not file.is_file() or bool(name) == path.startswith("benchmarks/"):
        return False
    text = file.read_text(encoding="utf-8")
    if file.suffix != ".py":
        return re.search(rf"\b(test|it)\(\s*[\"'`]{re.escape(name)}[\"'`]", text) is not None
    body: list[ast.stmt] = ast.parse(text).body
    for part in name.split("::") if name else []:
        found = [node for node in body if getattr(node, "name", None) == part]
        if not found:
            return False
        body = getattr(found[0], "body", [])
    return True


def test_every_row_has_its_own_id() -> None:
    ids = [row_id for row_id, _, _ in rows()]
    assert len(ids) == len(set(ids)) > 400


def test_kept_rows_name_tests_that_exist() -> None:
    kept = [(row_id, NODE.findall(held)) for row_id, state, held in rows() if state == "kept"]
    assert [r for r, held in kept if not held or not all(exists(*node) for node in held)] == []
