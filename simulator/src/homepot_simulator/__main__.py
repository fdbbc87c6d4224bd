"""`python -m homepot_simulator`."""

from homepot_simulator.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
