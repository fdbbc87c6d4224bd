"""The health of each device: a score from 0 to 1, with the reason for every point it lacks."""
