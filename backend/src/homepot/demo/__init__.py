"""The pretend fleet as a guest. See README.md."""
