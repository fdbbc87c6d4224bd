"""Every number the forecast was given rather than finds, in one place and with its unit.

The same values hold for every stream, in operation and in every evaluation.
"""

from dataclasses import asdict, dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Parameters:
    # Before the fit.
    season_clip: float = 4.0  # spreads; what lies farther off does not shape the season
    season_prior_days: float = 1.5  # how many days without a season the season has to outweigh
    step_spreads: float = 7.0  # of the usual change over a few hours; a step is more than that
    mended_spreads: float = 12.0  # a step the good way by so much ends the wear there was

    # The fit.
    bend: float = 1.4  # the bend thought likeliest: growth as time to this power
    bend_spread: float = 0.6  # of its logarithm
    stands: float = 0.1  # how likely it is, before anything is seen, that a wear came to a stand
    block_hours: float = 12.0  # noise that lasts is weighed by means over so long
    drift_share: float = 0.3  # of a day's wandering, as drift that a level may have
    excursion_hours: float = 72.0  # the last hours, by whose highest a limit is reached
    excursion_above: float = 0.1  # the share of them that lies higher

    # What is told.
    gain_nats: float = 15.0  # by so much a wear must be likelier than none
    wander_spreads: float = 6.0  # of how far the level wandered before, over as long
    ongoing: float = 0.5  # how probable it is that it still goes on at the end
    held_hours: float = 6.0  # a wear is told without the last hours too: no moment makes one
    seen_hours: float = 24.0  # no wear is told that began later
    past_excursions: float = 2.0  # the growth, in the greatest excursion that there was before
    reach: float = 3.0  # no course is told to go on for more times as long as it was seen
    reach_growth: float = 8.0  # nor to grow by more times what it has grown since
    doubt: float = 0.15  # share of the distance that any course may differ by
    blur_hours: float = 1.0  # no moment is told more sharply than this

    def jittered(self, seed: int, share: float = 0.2) -> "Parameters":
        """All of them moved at random by up to `share`."""
        values = asdict(self)
        moves = np.random.default_rng(seed).uniform(1 - share, 1 + share, len(values))
        return replace(self, **{n: v * m for (n, v), m in zip(values.items(), moves, strict=True)})
