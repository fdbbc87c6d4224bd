"""The score of NAB: early in a window is worth most, every alarm outside of one costs.

The position x of a row within its window, -1 at the start and 0 at the end, is worth

    s(x) = 2 / (1 + exp(5 x)) - 1

over s(-1); after the last window x grows from 0, and an alarm costs up to 1. Each profile weighs
windows found, alarms outside and windows missed. One threshold for all files is chosen to give the
most; 0 is what silence scores and 100 a detector that is right at the start of every window. The
first 15 % of a file, at most 750 rows, are not counted.
"""

from dataclasses import dataclass

import numpy as np

from homepot.ai.anomaly_detection.engine.columns import Doubles, Places

PROFILES = {"standard": (1.0, 0.11, 1.0), "low_fp": (1.0, 0.22, 1.0), "low_fn": (1.0, 0.11, 2.0)}


@dataclass
class LabelledStream:
    name: str
    score: Doubles
    windows: list[tuple[int, int]]  # first and last row of each


@dataclass
class Rows:
    """The counted rows of some files. `window` is -1 outside of all windows."""

    score: Doubles
    worth: Doubles
    window: Places
    windows: int

    def order(self) -> Places:
        return np.argsort(-self.score, kind="stable")


def _worth(x: float) -> float:
    return -1.0 if x > 3 else float(2 / (1 + np.exp(5 * x)) - 1)


def rows_of(files: list[LabelledStream]) -> Rows:
    score, worth, window, count = [], [], [], 0
    for file in files:
        n = len(file.score)
        skipped = min(int(0.15 * n), 750)
        value, which = np.full(n, -1.0), np.full(n, -1)
        for k, (first, last) in enumerate(file.windows):
            behind = file.windows[k + 1][0] if k + 1 < len(file.windows) else n
            for i in range(first, last + 1):
                value[i] = _worth(-(last - i + 1) / (last - first + 1)) / _worth(-1.0)
            for i in range(last + 1, behind):
                value[i] = _worth((i - last) / (last - first))
            if last >= skipped:
                which[first : last + 1] = count
                count += 1
        score.append(file.score[skipped:])
        worth.append(value[skipped:])
        window.append(which[skipped:])
    return Rows(np.concatenate(score), np.concatenate(worth), np.concatenate(window), count)


def best_threshold(rows: Rows, profile: str) -> tuple[float, float]:
    """The highest score that any one threshold gives, and that threshold."""
    found, outside, missed = PROFILES[profile]
    raw = best = -missed * rows.windows
    threshold = 2.0
    held: dict[int, float] = {}
    order = rows.order()
    scores = rows.score[order]
    for k, place in enumerate(order.tolist()):
        window, worth = int(rows.window[place]), float(rows.worth[place])
        if window < 0:
            raw += worth * outside
        elif window not in held:
            held[window] = worth * found
            raw += worth * found + missed
        elif worth * found > held[window]:
            raw += worth * found - held[window]
            held[window] = worth * found
        ends = k + 1 == len(order) or scores[k + 1] != scores[k]
        if ends and raw > best:
            best, threshold = raw, float(scores[k])
    return _scaled(best, rows, profile), threshold


def _scaled(raw: float, rows: Rows, profile: str) -> float:
    found, _, missed = PROFILES[profile]
    least = -missed * rows.windows
    return 100 * (raw - least) / (found * rows.windows - least)


def _gained(rows: Rows, profile: str, threshold: float) -> float:
    """What alarms at this threshold add to the score of silence, unscaled."""
    found, outside, missed = PROFILES[profile]
    on = rows.score >= threshold
    cost = float(rows.worth[on & (rows.window < 0)].sum()) * outside
    inside = on & (rows.window >= 0)
    held = np.full(rows.windows, -np.inf)
    np.maximum.at(held, rows.window[inside], rows.worth[inside] * found)
    return cost + float((held[np.isfinite(held)] + missed).sum())


def held_out(files: list[LabelledStream], profile: str) -> float | None:
    """The score with each folder's threshold taken from all the others."""
    folders = sorted({file.name.split("/")[0] for file in files})
    if len(folders) < 2:
        return None
    found, _, missed = PROFILES[profile]
    gained, possible = 0.0, 0.0
    for folder in folders:
        others = rows_of([f for f in files if f.name.split("/")[0] != folder])
        own = rows_of([f for f in files if f.name.split("/")[0] == folder])
        gained += _gained(own, profile, best_threshold(others, profile)[1])
        possible += (found + missed) * own.windows
    return 100 * gained / possible if possible else None


def recall_at_precision(rows: Rows, precision: float) -> float:
    """The most windows found at a threshold where so many alarms were right; alarms at most ten
    rows apart are one.
    """
    best = 0.0
    for threshold in np.unique(np.round(rows.score, 3))[-400:]:
        on = np.flatnonzero(rows.score >= threshold)
        window = rows.window[on]
        gap = np.diff(on, prepend=-99)
        before = np.concatenate([[-2], window[:-1]])
        false = int(((window < 0) & ((gap > 10) | (before != window))).sum())
        hit = len(np.unique(window[window >= 0]))
        if hit and hit / (hit + false) >= precision:
            best = max(best, hit / max(rows.windows, 1))
    return best


def figures(files: list[LabelledStream]) -> dict[str, float | None]:
    rows = rows_of(files)
    result: dict[str, float | None] = {"files": len(files), "windows": rows.windows}
    for profile in PROFILES:
        result[profile] = round(best_threshold(rows, profile)[0], 2)
    for profile in PROFILES:
        held = held_out(files, profile)
        result[profile + "_heldout"] = None if held is None else round(held, 2)
    result["recall_at_precision_0.8"] = round(recall_at_precision(rows, 0.8), 3)
    return result
