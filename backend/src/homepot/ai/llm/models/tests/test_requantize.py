"""Weights written again in eight bits say the same."""

import struct
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from homepot.ai.llm.models.errors import NotAModel
from homepot.ai.llm.models.gguf import read_head
from homepot.ai.llm.models.requantize import F32, FILE_Q8_0, Q4_1, Q8_0, q8_of_q4, requantize

Bytes = NDArray[np.uint8]
Numbers = NDArray[np.float64]


def values_of_q4(blocks: Bytes) -> Numbers:
    """As llama.cpp reads them: scale * q + least, low halves before high ones."""
    head = blocks[:, :4].copy().view(np.float16).astype(np.float64)
    numbers = np.concatenate([blocks[:, 4:] & 15, blocks[:, 4:] >> 4], axis=1)
    values: Numbers = head[:, :1] * numbers + head[:, 1:]
    return values


def values_of_q8(blocks: Bytes) -> Numbers:
    scale = blocks[:, :2].copy().view(np.float16).astype(np.float64)
    numbers: Numbers = scale * blocks[:, 2:].copy().view(np.int8)
    return numbers


def blocks(count: int) -> Bytes:
    chance = np.random.default_rng(1)
    scale = chance.uniform(0, 0.1, (count, 1)).astype(np.float16)
    least = chance.uniform(-0.5, 0.2, (count, 1)).astype(np.float16)
    nibbles = chance.integers(0, 256, (count, 16), np.uint8)
    return np.concatenate([scale.view(np.uint8), least.view(np.uint8), nibbles], axis=1)


def test_each_number_is_within_its_rounding() -> None:
    given = blocks(1000)
    before, after = values_of_q4(given), values_of_q8(q8_of_q4(given))
    greatest = np.abs(before).max(axis=1, keepdims=True)
    # Half a step of 127, and what the scale loses in sixteen bits.
    assert (np.abs(after - before) <= greatest * (0.51 / 127 + 2**-10)).all()


def test_a_block_of_nothing_stays_nothing() -> None:
    assert not values_of_q8(q8_of_q4(np.zeros((1, 20), np.uint8))).any()


def model(kind: int, weights: bytes) -> bytes:
    def text(words: str) -> bytes:
        return struct.pack("<Q", len(words)) + words.encode()

    keys = text("general.architecture") + struct.pack("<I", 8) + text("llama")
    keys += text("general.file_type") + struct.pack("<II", 4, 3)
    keys += text("general.after") + struct.pack("<I", 8) + text("kept")
    tensors = text("a") + struct.pack("<IQQIQ", 2, 32, 2, kind, 0)
    tensors += text("b") + struct.pack("<IQIQ", 1, 3, F32, -(-len(weights) // 32) * 32)
    head = b"GGUF" + struct.pack("<IQQ", 3, 2, 3) + keys + tensors
    head += b"\0" * (-len(head) % 32)
    return head + weights + b"\0" * (-len(weights) % 32) + struct.pack("<3f", 1, 2, 3)


def test_a_file_is_written_with_its_keys_and_its_other_weights(tmp_path: Path) -> None:
    source, target = tmp_path / "a.gguf", tmp_path / "b.gguf"
    given = blocks(2)
    source.write_bytes(model(Q4_1, given.tobytes()))
    requantize(source, target)
    written = target.read_bytes()
    expected = model(Q8_0, q8_of_q4(given).tobytes())
    at = expected.index(b"general.file_type") + len("general.file_type") + 4
    expected = expected[:at] + struct.pack("<I", FILE_Q8_0) + expected[at + 4 :]
    assert written.rstrip(b"\0") == expected.rstrip(b"\0")
    assert read_head(target).file_type == FILE_Q8_0


def test_weights_of_an_unknown_kind_and_half_a_file_are_refused(tmp_path: Path) -> None:
    source = tmp_path / "a.gguf"
    for content in (model(12, b"\0" * 64), model(Q4_1, blocks(2).tobytes())[:-60]):
        source.write_bytes(content)
        with pytest.raises(NotAModel):
            requantize(source, tmp_path / "b.gguf")
