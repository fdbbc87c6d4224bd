"""What every request passes: limits on the way in, one form of refusal on the way out."""
