"""`python -m homepot_agent` is `homepot-agent`."""

import sys

from homepot_agent.cli import main

if __name__ == "__main__":
    sys.exit(main())
