"""The process that prints one report: `python -m homepot.ai.reports.printing html|pdf`, the kept
report as JSON on its input, the page or the paper on its output."""

import sys

from homepot.ai.reports.content import Kept
from homepot.ai.reports.drawing import plots_of


def printed(kept: Kept, form: str) -> bytes:
    plots = plots_of(kept.content)
    if form == "html":
        from homepot.ai.reports.page import html  # noqa: PLC0415  each form loads its own

        return html(kept, plots).encode()
    from homepot.ai.reports.paper import pdf  # noqa: PLC0415

    return pdf(kept, plots)


def main() -> None:
    kept = Kept.model_validate_json(sys.stdin.buffer.read())
    sys.stdout.buffer.write(printed(kept, sys.argv[1]))


if __name__ == "__main__":
    main()
