"""What the documents say is true: the API guide runs as it stands, links lead somewhere."""

import asyncio
import importlib.util
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from homepot.cli import app as commands

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
ANY_BLOCK = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
WORD, OPTION = re.compile(r"[a-z][a-z-]*"), re.compile(r"--[a-z][a-z-]*")
BLOCK = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!\w+:)([^)#]*)(#[\w-]+)?\)")
# Any answer from 400 on ends the run, after the line that asked for it.
STRICT = 'set -euxo pipefail\ncurl() { command curl --fail-with-body "$@"; }\n'


@pytest.mark.skipif(shutil.which("curl") is None, reason="the guide is written with curl")
async def test_the_api_guide_runs_as_it_stands(server: str, people: Any, tmp_path: Path) -> None:
    admin = await people.add(username="admin")
    guide = (ROOT / "docs" / "api-guide.md").read_text(encoding="utf-8")
    script = STRICT + "\n".join(BLOCK.findall(guide))
    script = script.replace("http://127.0.0.1:8000", server)
    script = script.replace("the password you chose", admin.password)
    shell = await asyncio.create_subprocess_exec(
        "bash",
        "-c",
        script,
        cwd=tmp_path,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await shell.communicate()
    assert shell.returncode == 0, said.decode()
    assert '"answer":"pong"' in said.decode()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    lost = []
    for path, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        target = (page.parent / path) if path else page
        if not target.exists():
            lost.append(path)
        elif anchor and anchor[1:] not in anchors(target.read_text(encoding="utf-8")):
            lost.append(path + anchor)
    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_of_a_page_is_one(page: Path) -> None:
    """Its words and its options; `make` knows each target, and Python each module that is run."""
    text = page.read_text(encoding="utf-8")
    lines = [line for block in ANY_BLOCK.findall(text) for line in block.splitlines()]
    lines += SPAN.findall(text)
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    wrong = []
    for line in lines:
        words = line.split(" #")[0].split()
        if words[:1] == ["homepot"]:
            wrong += [f"{line}: {what}" for what in strange(words[1:])]
        elif words[:1] == ["make"] and len(words) > 1 and words[1].islower():
            wrong += [line] if words[1] not in targets else []
        elif words[:2] == ["python", "-m"] and len(words) > 2 and words[2].startswith("homepot."):
            wrong += [line] if importlib.util.find_spec(words[2]) is None else []
    assert wrong == []


def strange(words: list[str]) -> Iterator[str]:
    """What the command line does not know of this command."""
    command: Any = get_command(commands)
    while words and hasattr(command, "resolve_command") and WORD.fullmatch(words[0]):
        context = command.context_class(command, resilient_parsing=True)
        name, found, rest = command.resolve_command(context, words)
        if name is None:
            if not command.invoke_without_command:
                yield f"there is no {words[0]}"
            break
        command, words = found, rest
    known = {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
    for word in words:
        option = word.split("=")[0].rstrip(",.;")
        if OPTION.fullmatch(option) and option not in known | {"--help"}:
            yield f"{command.name} has no {option}"


def anchors(text: str) -> set[str]:
    """What a link can point at: marks set by hand, and headings as Markdown spells them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    spelled = {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}
    return spelled | set(re.findall(r'id="([\w-]+)"', text))


def test_a_command_that_is_none_would_be_found() -> None:
    assert list(strange(["backup", "--nonsense"])) == ["backup has no --nonsense"]
    assert list(strange(["nosuch", "thing"])) == ["there is no nosuch"]
    assert list(strange(["privacy", "erase", "device", "ID", "--yes"])) == []
