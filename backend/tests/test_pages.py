"""How the built pages go out: small, and kept for ever where their name changes with them."""

import gzip
from pathlib import Path

import httpx

from homepot.core.http.pages import pages


async def test_files_go_out_compressed_to_who_can_read_that(tmp_path: Path) -> None:
    folder = tmp_path / "pages of HOMEPOT"
    (folder / "assets").mkdir(parents=True)
    (folder / "assets" / "index-1.js").write_text("const one = 1;\n" * 5_000, encoding="utf-8")
    transport = httpx.ASGITransport(app=pages(folder))
    async with httpx.AsyncClient(transport=transport, base_url="http://homepot.test") as client:
        small = await client.get("/assets/index-1.js", headers={"Accept-Encoding": "gzip"})
        plain = await client.get("/assets/index-1.js", headers={"Accept-Encoding": "identity"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert small.num_bytes_downloaded < 5_000
    assert "Content-Encoding" not in plain.headers
    assert small.text == plain.text
    assert "immutable" in small.headers["Cache-Control"]
    assert "Accept-Encoding" in small.headers["Vary"]


async def test_what_was_compressed_beforehand_is_handed_out_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    text = b"// a page\n" * 500
    (tmp_path / "assets" / "page-1.js").write_bytes(text)
    (tmp_path / "assets" / "page-1.js.gz").write_bytes(gzip.compress(text + b"// packed", mtime=0))
    transport = httpx.ASGITransport(app=pages(tmp_path))
    async with httpx.AsyncClient(transport=transport, base_url="http://pot") as client:
        packed = await client.get("/assets/page-1.js", headers={"Accept-Encoding": "gzip"})
        plain = await client.get("/assets/page-1.js", headers={"Accept-Encoding": "identity"})
    assert packed.content == text + b"// packed"
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "javascript" in packed.headers["Content-Type"]
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert "immutable" in packed.headers["Cache-Control"]
    assert (plain.content, plain.headers.get("Content-Encoding")) == (text, None)
