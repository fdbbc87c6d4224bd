"""When: every way of saying a time becomes a window of the plan. Pure; `today` is an argument."""
