"""What was committed since a reader last looked, by transaction id: nothing is skipped."""
