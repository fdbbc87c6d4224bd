"""Every number the engine was given rather than learns, in one place and with its unit.

The same values hold for every device, in operation and in every evaluation. `jittered` moves all
of them at random: what a figure loses by that is what it owed to luck.
"""

from dataclasses import asdict, dataclass, fields, replace

import numpy as np


@dataclass(frozen=True)
class Parameters:
    # What a stream is measured by.
    fade_readings: float = 6800.0  # a histogram that is this full is halved
    bin_gain: float = 4.9  # bins for each e-fold of distance
    bin_prior: float = 0.2  # readings every bin is thought to have had
    season_weight: float = 0.36  # of a new hour against what that hour was before
    level_days: float = 2.0
    smooth_readings: float = 12.3  # short mean of what is left, and of the changes
    history_readings: float = 264.0  # before what is left may be called rare
    range_readings: float = 950.0  # until a new extreme counts in full
    reach_far: float = 16.0  # scales off on average, and the scale is no measure any more
    reach_share: float = 2.0  # of that a reading may move its hour then
    reach_most: float = 30000.0  # beyond what can be learnt: measured anew
    reach_hours: float = 12.0

    # How much each sign adds to a stream's surprise, in bits.
    rare_bits: float = 3.9  # rarity below this says nothing
    weight_residual: float = 1.0
    weight_range: float = 1.24
    weight_flat: float = 0.28
    weight_level: float = 0.34
    weight_change: float = 0.99
    flat_readings: float = 8.5

    # Speaking seldom.
    wait_readings: float = 1300.0
    wait_share: float = 0.78
    peak_readings: float = 3850.0
    peak_share: float = 0.15
    speak_bits: float = 0.9

    # The metrics of a device together.
    joint_weight: float = 0.033
    joint_readings: float = 3460.0
    joint_open_readings: float = 1500.0
    joint_usual_readings: float = 610.0
    joint_on: float = 2.85  # over the root of the number of metrics
    joint_off: float = 1.1

    # What matters to a person.
    own_unit: float = 1.0  # factor on every size that is given in a metric's own unit
    spread_hours: float = 50.0
    step_spreads: float = 4.5
    keep_share: float = 0.5  # a deviation lasts until it is below this share of what began it
    calm_hours: float = 1.0
    lasting_share: float = 0.8  # what the latest reading has to be worth as well
    surprise_bits: float = 22.0  # of news in a metric nobody knows the meaning of
    apart_hours: float = 6.0  # another metric that begins later than this is another trouble
    critical: float = 3.0  # times what is worth telling
    again_hours: float = 12.0  # the same metric is told anew only after so long a calm
    ramp_hours: float = 36.0
    drift_spreads: float = 1.25
    ramp_noises: float = 4.7
    pace_hours: float = 120.0
    restless_weight: float = 0.4
    restless_fade: float = 0.12  # what an hour was restless by is forgotten more slowly
    hold_hours: float = 0.33  # a step of strength 1 lasts so long before it is told
    ramp_step_hours: float = 0.15  # a way is gone in steps no shorter than this
    ramp_step_share: float = 0.33  # ... that count for no more than this of what is worth telling
    drift_fast_hours: float = 10.0
    drift_slow_hours: float = 144.0
    # ... where nobody knows what a metric means, by what it is like itself.
    own_steps: float = 3.0
    step_readings: float = 50.0
    spread_least: float = 0.05  # a spread grows by this much at least
    homeless: float = 4.5  # times what it moves in an hour is it off its usual
    homeless_least: float = 1.5  # ... if it mostly stands still or goes at a steady pace
    still_share: float = 0.6
    steady: float = 2.0
    ramp_moves: float = 20.0
    ramp_steps: float = 7.4
    jump_moves: float = 15.0
    jump_steps: float = 6.0
    own_drift_spreads: float = 2.0
    drift_noises: float = 8.0
    frozen_hours: float = 0.75
    frozen_runs: float = 2.5  # times the longest run that was usual
    settle_hours: float = 6.0  # after an announced update a level may move

    # Silence and the fleet.
    silent_chance: float = 1e-5  # of so many reports in a row being lost by chance
    silent_late: float = 0.8  # of an interval, that a report may be late
    silent_uneven: float = 4.0  # ... and times how uneven they come
    site_share: float = 0.6
    site_readings: float = 5.0
    false_share: float = 0.1

    learning_hours: float = 24.0

    def jittered(self, seed: int, share: float = 0.2) -> "Parameters":
        """All of them moved at random by up to `share`, but for the hours of learning."""
        moves = np.random.default_rng(seed).uniform(1 - share, 1 + share, len(fields(self)))
        moved = {
            name: value * move
            for (name, value), move in zip(asdict(self).items(), moves, strict=True)
        }
        return replace(self, **moved | {"learning_hours": self.learning_hours})
