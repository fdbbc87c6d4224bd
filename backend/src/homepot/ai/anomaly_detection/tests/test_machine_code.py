"""The inner step as machine code: the same as the code it was made from, and kept."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homepot.ai.anomaly_detection import engine as package
from homepot.ai.anomaly_detection.engine import compiling
from homepot.ai.anomaly_detection.engine.figures import figures_of
from homepot.ai.anomaly_detection.engine.halves import NONE, half_of, is_none, number_of
from homepot.ai.anomaly_detection.engine.histogram import MIDDLE
from homepot.ai.anomaly_detection.engine.parameters import Parameters
from homepot.ai.anomaly_detection.engine.rarity import bin_of, log_bin_of
from homepot.ai.anomaly_detection.engine.state import BINS

# Two devices, a step, something said, one of their metrics unknown; as numbers.
RUN = """
import json
import numpy as np
from homepot.ai.anomaly_detection.engine import Engine, Report
engine, rng, told = Engine(), np.random.default_rng(1), []
for k in range(300):
    high = 60.0 if k > 240 else 0.0
    values = {"cpu_percent": 30 + high + rng.normal(), "level": 5 + rng.normal()}
    outcome = engine.feed(engine.batch(
        Report(name, 1_756_684_800.0 + 600 * k, values, 1.1) for name in "ab"))
    told.append([outcome.score.tolist(), outcome.joint.tolist(),
        [[one.number, one.detected_at, one.severity, one.p] for one in outcome.deviations]])
print(json.dumps(told))
"""


def run(folder: Path, **environment: str) -> Any:
    known = {"PATH": os.environ["PATH"], "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", RUN], env=known | environment, capture_output=True, check=True
    )
    return json.loads(done.stdout)


def test_uncompiled_the_same_code_gives_the_same() -> None:
    source = Path(package.__file__).parents[4]
    compiled, plain = run(source), run(source, NUMBA_DISABLE_JIT="1")
    assert sum(len(told) for *_, told in compiled) > 1
    for (score, joint, told), (plain_score, plain_joint, plain_told) in zip(
        compiled, plain, strict=True
    ):
        # Compiled, intermediate results keep more digits.
        np.testing.assert_allclose(score, plain_score, atol=0.01)
        np.testing.assert_allclose(joint, plain_joint, rtol=1e-3)
        assert [one[:3] for one in told] == [one[:3] for one in plain_told]


@given(st.floats(-6e4, 6e4))
def test_two_bytes_hold_what_numpy_would_put_into_them(number: float) -> None:
    half = np.float32(number).astype(np.float16)
    mine = number_of(half_of(number))
    # Below what has all its digits, rounding twice may differ by the last.
    assert mine == pytest.approx(float(half), abs=6e-8 if abs(number) < 6.2e-5 else 0)


def test_no_number_is_known_as_none() -> None:
    assert is_none(NONE)
    assert not is_none(half_of(6e4))
    assert np.float16(np.nan).view(np.uint16) == NONE


@given(st.one_of(st.floats(-300, 300), st.sampled_from([1e30, -1e30, 0.0, -0.0])))
def test_a_bin_is_found_without_its_logarithm(distance: float) -> None:
    p = figures_of(Parameters())
    exact = float(np.arcsinh(distance)) * p.bin_gain + MIDDLE
    if abs(exact - round(exact)) > 1e-4:
        assert bin_of(distance, p) == int(np.clip(exact, 1, BINS - 2))
    size = abs(distance)
    exact = float(np.log(size + 1e-6)) * p.bin_gain + BINS * 0.75
    if abs(exact - round(exact)) > 1e-4:
        assert log_bin_of(size, p) == int(np.clip(exact, 1, BINS - 2))


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program in a folder of its own, whose name has a space."""
    here = tmp_path / "the program"
    shutil.copytree(
        Path(package.__file__).parent, here, ignore=shutil.ignore_patterns("__pycache__")
    )
    monkeypatch.setattr(compiling, "_HERE", here)
    monkeypatch.setattr(compiling, "_folders", [here / "__pycache__"])
    return here


def test_another_program_has_machine_code_of_its_own(copied: Path) -> None:
    before = compiling.folder()
    assert before is not None
    assert compiling.folder() == before
    with (copied / "season.py").open("a", encoding="utf-8") as file:
        file.write("# another\n")
    assert compiling.folder() != before


def test_where_the_program_cannot_be_written_the_data_folder_serves(
    copied: Path, tmp_path: Path
) -> None:
    (copied / "__pycache__").write_text("no folder can be made here")
    assert compiling.folder() is None
    compiling.also_keep_in(tmp_path / "data" / "compiled")
    found = compiling.folder()
    assert found is not None
    assert found.parent == tmp_path / "data" / "compiled"


def test_what_nobody_used_for_a_week_is_forgotten(copied: Path) -> None:
    old = copied / "__pycache__" / "step-of-old"
    old.mkdir(parents=True)
    (old / "code.nbc").write_bytes(b"")
    os.utime(old, (0, 0))
    compiling.folder()
    assert not old.exists()
