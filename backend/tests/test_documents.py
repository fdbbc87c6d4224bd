"""What the documents say is true: the API guide runs as it stands, links lead somewhere."""

import asyncio
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
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


def anchors(text: str) -> set[str]:
    """What a link can point at: marks set by hand, and headings as Markdown spells them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    spelled = {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}
    return spelled | set(re.findall(r'id="([\w-]+)"', text))
