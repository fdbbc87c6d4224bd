"""Writes docs/settings.md from the model: `python -m homepot.core.settings_doc`."""

import sys
from pathlib import Path

from homepot.core.settings import Settings, project_root
from homepot.core.settings_sources import allowed_words, default_words, is_secret, variables_of

_HEAD = """\
# Settings

HOMEPOT runs without any setting. To change one, write it into `homepot.yaml` or set its variable.

Sources, each stronger than the one before:

1. the defaults below;
2. `homepot.yaml`: the file named by `HOMEPOT_CONFIG`, else the one in the working folder, else
   the one in the project's root; lines of `name: value`;
3. variables; where two set the same thing, `HOMEPOT_DATABASE_URL` wins over `DATABASE_URL`. An
   empty variable counts as not set.

A secret can also stand in a file: `HOMEPOT_DATABASE_URL_FILE=/run/secrets/database_url`.

A wrong value, an unknown name in the file or an unknown `HOMEPOT_` variable stops the start with
the line or the variable to mend.

This page is written by `python -m homepot.core.settings_doc`; do not edit it.

| name in `homepot.yaml` | variable | default | allowed | meaning |
|---|---|---|---|---|
"""


def render() -> str:
    rows = []
    for name, field in Settings.model_fields.items():
        variables = list(variables_of(name, field))
        if is_secret(field):
            variables += [variable + "_FILE" for variable in variables]
        cells = [
            f"`{name}`",
            ", ".join(f"`{variable}`" for variable in variables),
            default_words(field),
            allowed_words(field),
            field.description or "",
        ]
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n")
    return _HEAD + "".join(rows)


def page_path() -> Path:
    root = project_root()
    if root is None:
        raise SystemExit("settings.md belongs to a checkout, and this is none")
    return root / "docs" / "settings.md"


def main() -> None:
    path = page_path()
    path.parent.mkdir(exist_ok=True)
    path.write_text(render(), encoding="utf-8")
    sys.stdout.write(f"wrote {path}\n")


if __name__ == "__main__":
    main()
