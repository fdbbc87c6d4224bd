"""`make mutants`: changes one small thing after another in what decides, and counts which of the
changes the tests notice.

The copies that are changed live in memory alone: a process imports a module from its changed text
and runs the module's own quick tests. A *mutant* is one change (`<` for `<=`, `and` for `or`, a
number one larger, a condition turned round, a line that returns something else); it is *killed*
where a test fails, or takes far longer than before. What survives is listed, for a test that is
missing or a change that changes nothing. Words in messages are left alone.
"""

import ast
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest
from hypothesis import settings as of_hypothesis
from rich.console import Console
from rich.table import Table

BACKEND = Path(__file__).resolve().parent.parent / "backend"
# So many of each module, the same every time: all of them would take hours.
SAMPLE = int(os.environ.get("SAMPLE", "40"))
SEED = 11
_FAR_LONGER, _AT_LEAST_S = 5.0, 20.0


@dataclass(frozen=True)
class Subject:
    """Modules that decide, and the tests that hold them."""

    modules: Sequence[str]
    tests: Sequence[str]


_AI = "src/homepot/ai"
SUBJECTS = {
    "gate": Subject(
        [f"{_AI}/llm/gate/faithful.py", f"{_AI}/llm/gate/ties.py", f"{_AI}/llm/gate/spans.py"],
        [f"{_AI}/llm/gate/tests", "--doctest-modules", f"{_AI}/llm/gate/faithful.py"],
    ),
    "planner": Subject(
        [
            f"{_AI}/query/answering/windows.py",
            f"{_AI}/query/answering/outages.py",
            f"{_AI}/query/when.py",
        ],
        [f"{_AI}/query/answering/tests"],
    ),
    "detector": Subject(
        [f"{_AI}/anomaly_detection/health.py", f"{_AI}/anomaly_detection/watching/weighing.py"],
        [
            f"{_AI}/anomaly_detection/tests/test_health.py",
            f"{_AI}/anomaly_detection/tests/test_weighing.py",
        ],
    ),
}


@dataclass(frozen=True)
class Mutant:
    module: str
    line: int
    what: str
    text: str


# -- changes -----------------------------------------------------------------------------------

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_COUNTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
Change = tuple[str, Callable[[], None], Callable[[], None]]


def mutants_of(module: str, text: str) -> Iterator[Mutant]:
    """Each with one change; the text as Python writes it down again.

    >>> [one.what for one in mutants_of("m.py", "def f(a):\\n    return a < 3 and not a")]
    ['3 is 4', '< is <=', 'not is left out', 'and is or']
    """
    tree = ast.parse(text)
    skipped = {id(inner) for node in ast.walk(tree) if _is_no_decision(node)
               for inner in ast.walk(node)}  # fmt: skip
    nodes = sorted(
        (node for node in ast.walk(tree) if isinstance(node, ast.expr) and id(node) not in skipped),
        key=lambda node: (node.end_lineno or 0, node.end_col_offset or 0, -node.col_offset),
    )
    for node in nodes:
        for what, do, undo in _changes(node):
            do()
            yield Mutant(module, node.lineno, what, ast.unparse(tree))
            undo()


def _is_no_decision(node: ast.AST) -> bool:
    """Annotations and words that are shown, which no decision hangs on."""
    return isinstance(node, ast.JoinedStr | ast.AnnAssign | ast.arg | ast.ImportFrom | ast.Assert)


def _changes(node: ast.expr) -> Iterator[Change]:
    if isinstance(node, ast.Compare):
        for place, old in enumerate(node.ops):
            if (other := _COMPARED.get(type(old))) is not None:
                new = other()
                yield (f"{_shown(old)} is {_shown(new)}", *_put(node.ops, place, new, old))
    elif isinstance(node, ast.BoolOp):
        yield _attribute(node, "op", ast.Or() if isinstance(node.op, ast.And) else ast.And())
    elif isinstance(node, ast.BinOp) and (counted := _COUNTED.get(type(node.op))) is not None:
        yield _attribute(node, "op", counted())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        kept = node.operand
        bare = ast.Call(ast.Name("bool", ast.Load()), [kept], [])
        yield ("not is left out", *_become(node, bare))
    elif isinstance(node, ast.IfExp):
        turned = ast.UnaryOp(ast.Not(), node.test)
        yield ("the condition is turned round", *_set(node, "test", turned, node.test))
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield (
            f"{node.value} is {not node.value}",
            *_set(node, "value", not node.value, node.value),
        )
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        more = node.value + 1
        yield (f"{node.value} is {more}", *_set(node, "value", more, node.value))


def _attribute(node: ast.BoolOp | ast.BinOp, name: str, new: ast.AST) -> Change:
    old = getattr(node, name)
    return (f"{_shown(old)} is {_shown(new)}", *_set(node, name, new, old))


_Steps = tuple[Callable[[], None], Callable[[], None]]


def _set(node: ast.AST, name: str, new: object, old: object) -> _Steps:
    return lambda: setattr(node, name, new), lambda: setattr(node, name, old)


def _put(items: list[ast.cmpop], place: int, new: ast.cmpop, old: ast.cmpop) -> _Steps:
    return lambda: items.__setitem__(place, new), lambda: items.__setitem__(place, old)


def _become(node: ast.UnaryOp, other: ast.expr) -> _Steps:
    """`not x` becomes `not not x`, which keeps its place in the tree."""
    old = node.operand
    return _set(node, "operand", ast.UnaryOp(ast.Not(), other), old)


_WORDS = {
    "Lt": "<", "LtE": "<=", "Gt": ">", "GtE": ">=", "Eq": "==", "NotEq": "!=", "Is": "is",
    "IsNot": "is not", "In": "in", "NotIn": "not in", "And": "and", "Or": "or", "Add": "+",
    "Sub": "-", "Mult": "*", "Div": "/", "BitAnd": "&", "BitOr": "|",
}  # fmt: skip


def _shown(operator: ast.AST) -> str:
    return _WORDS[type(operator).__name__]


# -- trying ------------------------------------------------------------------------------------


def try_out(subject: Subject, mutants: Sequence[Mutant], console: Console) -> list[Mutant]:
    """Those that no test noticed."""
    began_s = time.monotonic()
    if _fails(subject, None, 600):
        raise RuntimeError("the tests fail before anything is changed")
    limit_s = max(_AT_LEAST_S, _FAR_LONGER * (time.monotonic() - began_s))
    survived = []
    for number, mutant in enumerate(mutants, 1):
        if not _fails(subject, mutant, limit_s):
            survived.append(mutant)
        console.print(f"{number} of {len(mutants)}, {len(survived)} survived", end="\r")
    return survived


def _fails(subject: Subject, mutant: Mutant | None, limit_s: float) -> bool:
    given = json.dumps([str(BACKEND / mutant.module), mutant.text] if mutant else None)
    try:
        done = subprocess.run(  # noqa: S603  ourselves
            [sys.executable, str(Path(__file__)), "--one", *subject.tests],
            cwd=BACKEND,
            input=given.encode(),
            capture_output=True,
            timeout=limit_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def one(tests: Sequence[str]) -> int:
    """In a process of its own, without the house that the other tests are set up in."""
    given = json.loads(sys.stdin.read())
    if given is not None:
        _import_changed(*given)
    of_hypothesis.register_profile("same", deadline=None, derandomize=True, database=None)
    of_hypothesis.load_profile("same")
    quick = ["-q", "-x", "--noconftest", "-p", "no:cacheprovider", "-p", "no:xdist"]
    early = ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # hypothesis is imported already
    return int(pytest.main([*quick, *early, *tests]))


def _import_changed(path: str, text: str) -> None:
    original = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, name: str) -> object:
        if self.path == path:
            return compile(text, path, "exec")
        return original(self, name)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign,assignment]


def sampled(module: str) -> list[Mutant]:
    found = list(mutants_of(module, (BACKEND / module).read_text(encoding="utf-8")))
    dice = random.Random(SEED)  # noqa: S311  a sample, no secret
    return found if len(found) <= SAMPLE else dice.sample(found, SAMPLE)


def main() -> int:
    if sys.argv[1:2] == ["--one"]:
        return one(sys.argv[2:])
    console = Console()
    table = Table("what decides", "mutants", "killed", "score")
    left: list[Mutant] = []
    for name in sys.argv[1:] or list(SUBJECTS):
        subject = SUBJECTS[name]
        mutants = [mutant for module in subject.modules for mutant in sampled(module)]
        survived = try_out(subject, mutants, console)
        killed = len(mutants) - len(survived)
        table.add_row(name, str(len(mutants)), str(killed), f"{100 * killed / len(mutants):.0f} %")
        left += survived
    console.print(table)
    for mutant in left:
        console.print(f"{mutant.module}:{mutant.line}: {mutant.what}", highlight=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
