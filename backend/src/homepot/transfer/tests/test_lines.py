"""Lines of files that are packed, broken, endless."""

import gzip
import json
from pathlib import Path

from homepot.transfer.lines import LINE_BYTES_MAX, Line, LinesOf


def lines_of(path: Path) -> list[Line]:
    with LinesOf(path) as lines:
        return list(lines)


def test_packed_and_bare_files_give_the_same_lines(tmp_path: Path) -> None:
    content = "\ufeffone\r\ntwo\n\nfour".encode()
    (tmp_path / "a.csv").write_bytes(content)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(content))
    expected = [Line(1, "one"), Line(2, "two"), Line(3, ""), Line(4, "four")]
    assert lines_of(tmp_path / "a.csv") == expected
    assert lines_of(tmp_path / "a.csv.gz") == expected


def test_a_file_that_ends_in_the_middle_gives_what_it_has_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"one\ntwo\n", mtime=0)[:-4])
    *good, last = lines_of(path)
    assert good == [Line(1, "one"), Line(2, "two")]
    assert last.text is None
    assert "broken from here on" in last.problem


def test_what_is_not_packed_at_all_is_one_finding(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(b"timestamp,x\n")
    (only,) = lines_of(path)
    assert (only.number, only.text) == (1, None)


def test_a_line_without_end_spoils_itself_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"one\n" + b"x" * (3 * LINE_BYTES_MAX) + b"\nthree\n\xff\nfive\n")
    found = lines_of(path)
    assert [line.text for line in found] == ["one", None, "three", None, "five"]
    assert "more than" in found[1].problem
    assert found[3] == Line(4, None, "the line is not UTF-8")


def test_a_note_of_a_million_signs_is_a_line_however_it_is_escaped(tmp_path: Path) -> None:
    path = tmp_path / "incidents.jsonl"
    note = json.dumps({"id": "inc_1", "description": "冷蔵庫" * 350_000})
    assert len(note) > 6_000_000
    path.write_text(f"{note}\nnext\n", "utf-8")
    assert [line.text for line in lines_of(path)] == [note, "next"]
