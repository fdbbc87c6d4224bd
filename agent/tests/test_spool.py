"""The spool: whatever happens, what was kept is read back, once."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homepot_agent import files
from homepot_agent.spool import records, recovery
from homepot_agent.spool.spool import Spool
from homepot_agent.spool.waiting import Waiting

MB = 1024 * 1024
FOLDERS = [HealthCheck.function_scoped_fixture]


def body(number: int) -> bytes:
    return json.dumps({"sequence": number, "filler": "x" * (number % 40)}).encode()


def fill(spool: Spool, count: int, start: int = 0) -> list[int]:
    return [spool.append(1_700_000_000_000_000 + n, body(n)) for n in range(start, start + count)]


def waiting(spool: Spool) -> list[int]:
    return [one.sequence for one in spool.oldest(100_000, 100 * MB)]


def test_gives_back_in_order_what_was_put_in(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MB)
    fill(spool, 5)
    reports = spool.oldest(3, MB)
    assert [(one.sequence, one.stamp_us, one.metrics) for one in reports] == [
        (n + 1, 1_700_000_000_000_000 + n, body(n)) for n in range(3)
    ]
    assert [one.sequence for one in spool.newest(2)] == [4, 5]


def test_a_report_is_flushed_before_append_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path, MB)
    flushed: list[int] = []
    monkeypatch.setattr(files, "sync_file", lambda handle: flushed.append(os.fstat(handle).st_size))
    for count in (1, 2):
        fill(spool, 1, start=count)
        (path,) = tmp_path.glob("*.seg")
        assert flushed[count - 1 :] == [path.stat().st_size]


def test_a_batch_is_bounded_in_bytes_but_never_empty(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MB)
    fill(spool, 10)
    assert len(spool.oldest(10, 1)) == 1
    assert 1 < len(spool.oldest(10, 120)) < 10


def test_what_was_acknowledged_is_not_given_again_after_a_restart(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MB)
    fill(spool, 10)
    spool.acknowledge([9, 10, 1, 2])
    spool.close()
    again = Spool(tmp_path, MB)
    assert waiting(again) == [3, 4, 5, 6, 7, 8]
    assert again.next_sequence == 11
    assert again.last_stamp_us == 1_700_000_000_000_009


def test_finished_segments_are_deleted_and_numbers_go_on(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MB, segment_bytes=500)
    fill(spool, 100)
    assert len(list(tmp_path.glob("*.seg"))) > 5
    spool.acknowledge(range(1, 101))
    assert len(list(tmp_path.glob("*.seg"))) == 1
    spool.close()
    again = Spool(tmp_path, MB, segment_bytes=500)
    assert (len(again), again.next_sequence) == (0, 101)
    assert again.last_stamp_us == 1_700_000_000_000_099


def test_when_full_the_oldest_go_and_are_counted(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 64 * 1024)
    fill(spool, 3000)
    facts = spool.facts()
    assert facts.dropped > 0
    assert facts.bytes <= 64 * 1024
    assert waiting(spool) == list(range(facts.dropped + 1, 3001))
    spool.close()
    again = Spool(tmp_path, 64 * 1024)
    assert again.facts().dropped == facts.dropped
    assert waiting(again) == list(range(facts.dropped + 1, 3001))


@settings(max_examples=150, deadline=None, suppress_health_check=FOLDERS)
@given(data=st.data())
def test_any_crash_leaves_exactly_what_was_flushed(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Cut the newest segment at any byte, put rubbish behind: all whole reports are there, once."""
    folder = tmp_path_factory.mktemp("spool")
    spool = Spool(folder, MB, segment_bytes=data.draw(st.sampled_from([300, 900, 100_000])))
    kept: dict[int, tuple[Path, int]] = {}  # sequence -> where its record ends
    done: set[int] = set()
    for _ in range(data.draw(st.integers(1, 25))):
        if kept and data.draw(st.booleans()):
            chosen = data.draw(st.sets(st.sampled_from(sorted(kept))))
            spool.acknowledge(chosen)
            done |= chosen
        else:
            (sequence,) = fill(spool, 1, start=len(kept))
            last = max(folder.glob("*.seg"))
            kept[sequence] = (last, last.stat().st_size)
    spool.close()
    last = max(folder.glob("*.seg"))
    cut = data.draw(st.integers(0, last.stat().st_size))
    rubbish = data.draw(st.one_of(st.binary(max_size=60), st.integers(0, 60).map(bytes)))
    last.write_bytes(last.read_bytes()[:cut] + rubbish)

    again = Spool(folder, MB)
    here = waiting(again)
    safe = {n for n, (path, end) in kept.items() if path != last or end <= cut}
    assert len(here) == len(set(here))
    assert set(here) >= safe - done, "a report that was flushed is gone"
    assert set(here) <= safe, "a report that was never whole appeared"
    (fresh,) = fill(again, 1, start=500)
    assert fresh not in safe
    again.close()
    assert waiting(Spool(folder, MB)) == [*here, fresh]


@settings(max_examples=60, deadline=None, suppress_health_check=FOLDERS)
@given(data=st.data())
def test_a_damaged_byte_costs_one_report_and_is_counted(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("spool")
    spool = Spool(folder, MB)
    fill(spool, 12)
    spool.close()
    (path,) = folder.glob("*.seg")
    content = bytearray(path.read_bytes())
    at = data.draw(st.integers(records.HEAD_BYTES, len(content) - 100))
    content[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    again = Spool(folder, MB)
    here = waiting(again)
    assert len(here) == 11
    assert again.facts().damaged == 1


def test_damage_to_what_the_server_has_is_no_loss(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MB)
    fill(spool, 3)
    (path,) = tmp_path.glob("*.seg")
    whole = path.read_bytes()
    spool.acknowledge([1, 2])
    spool.close()
    path.write_bytes(whole.replace(body(1), b"#" * len(body(1))) + path.read_bytes()[len(whole) :])
    again = Spool(tmp_path, MB)
    assert waiting(again) == [3]
    assert again.facts().damaged == 0


def test_a_full_disk_holds_reports_in_memory_and_writes_them_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path, MB)
    fill(spool, 2)

    def half_then_full(handle: int, data: bytes) -> None:
        os.write(handle, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    (path,) = tmp_path.glob("*.seg")
    whole = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(files, "write_all", half_then_full)
        fill(spool, 3, start=2)
        assert path.read_bytes() == whole, "half a record takes up room that is short"
        spool.acknowledge([1, 4])
        assert spool.facts().in_memory_only == 2
        assert "No space" in spool.disk_trouble
        assert waiting(spool) == [2, 3, 5]
    fill(spool, 1, start=5)
    assert spool.facts().in_memory_only == 0
    assert spool.disk_trouble == ""
    spool.close()
    again = Spool(tmp_path, MB)
    assert waiting(again) == [2, 3, 5, 6]
    assert again.facts().damaged == 0, "4 went from memory to the server and is not missing"


def test_a_tail_that_can_not_be_cut_back_goes_to_a_new_segment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path, MB)
    fill(spool, 2)

    def half_then_broken(handle: int, data: bytes) -> None:
        os.write(handle, data[: len(data) // 2])
        raise OSError(errno.EIO, "Input/output error")

    def refuse(*_: Any) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(files, "write_all", half_then_broken)
        patch.setattr(os, "ftruncate", refuse)
        fill(spool, 1, start=2)
    fill(spool, 1, start=3)
    assert waiting(spool) == [1, 2, 3, 4]
    spool.close()
    assert waiting(Spool(tmp_path, MB)) == [1, 2, 3, 4]


def test_a_flush_that_fails_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path, MB)

    def refuse(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(files, "sync_file", refuse)
        fill(spool, 1)
        assert spool.facts().in_memory_only == 1
    fill(spool, 1, start=1)
    spool.close()
    assert waiting(Spool(tmp_path, MB)) == [1, 2]


def test_newest_is_only_what_follows_the_last_gap(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MB)
    fill(spool, 10)
    spool.acknowledge([7])
    assert [one.sequence for one in spool.newest(20)] == [8, 9, 10]
    spool.close()
    again = Spool(tmp_path, MB)
    assert [one.sequence for one in again.newest(2)] == [9, 10], "not in memory any more: from disk"


def test_looking_changes_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MB)
    fill(spool, 3)
    spool.close()
    (path,) = tmp_path.glob("*.seg")
    path.write_bytes(path.read_bytes() + b"torn")
    before = path.read_bytes()
    found = recovery.look(tmp_path)
    assert (len(found.waiting), found.torn_bytes) == (3, 4)
    assert path.read_bytes() == before


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 60), st.integers(0, 12)), max_size=40))
def test_waiting_is_a_set(steps: list[tuple[bool, int, int]]) -> None:
    ranges, model = Waiting(), set()
    for adding, start, length in steps:
        numbers = set(range(start, start + length))
        if adding and length and not numbers & model:
            ranges.add(start, start + length)
            model |= numbers
        elif not adding:
            assert ranges.discard(start, start + length) == len(numbers & model)
            model -= numbers
        assert len(ranges) == len(model)
        assert list(ranges.first(1000)) == sorted(model)
        assert all((n in ranges) == (n in model) for n in range(75))
        run = ranges.last_run(5)
        assert set(run) <= model
        assert not model or run[-1] == max(model)
