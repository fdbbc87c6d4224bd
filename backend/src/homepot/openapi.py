"""`python -m homepot.openapi`: the description of the HTTP API, the same text every time.

The types of the front end are made from it; a check compares the two.
"""

import json
import sys

from homepot.core.settings import load_settings
from homepot.main import create_app


def described() -> str:
    document = create_app(load_settings({})).openapi()
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(described())
