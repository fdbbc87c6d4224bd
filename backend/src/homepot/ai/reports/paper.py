"""A report as PDF, or as pictures of its pages. Loaded by the process that prints alone."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import typst

from homepot.ai.reports import blocks
from homepot.ai.reports.content import Kept, ReportTable

_TEMPLATE = Path(__file__).with_name("paper.typ")
_COLUMN_MIN, _COLUMN_MAX = 9, 42


def pdf(kept: Kept, plots: Sequence[bytes]) -> bytes:
    """Accessible by PDF/UA: tagged, titled, each plot with its words."""
    return _compiled(kept, plots, format="pdf", pdf_standards=["ua-1"])


def _compiled(kept: Kept, plots: Sequence[bytes], **options: Any) -> bytes:
    """In a folder of its own, out of which typesetting cannot reach."""
    with tempfile.TemporaryDirectory(prefix="homepot-report-") as name:
        folder = Path(name)
        (folder / "paper.typ").write_bytes(_TEMPLATE.read_bytes())
        for number, plot in enumerate(plots):
            (folder / f"plot-{number}.svg").write_bytes(plot)
        given = json.dumps(as_data(kept), ensure_ascii=False)
        (folder / "given.json").write_text(given, encoding="utf-8")
        made = typst.compile(
            str(folder / "paper.typ"),
            root=str(folder),
            font_paths=[str(Path(mpl.get_data_path()) / "fonts" / "ttf")],
            ignore_system_fonts=True,
            timestamp=int(kept.generated_at.timestamp()),
            **options,
        )
    assert isinstance(made, bytes)
    return made


def as_data(kept: Kept) -> dict[str, Any]:
    content = kept.content
    return {
        "title": content.title,
        "subtitle": blocks.subtitle(kept),
        "about": blocks.about(kept),
        "made": blocks.made(kept),
        "summary": content.summary,
        "figures": blocks.key_figures(content),
        "recommendations": content.recommendations,
        "cost": content.cost_impact,
        "plots": [
            {"label": one.label, "alt": one.alt, "key": one.key, "file": f"plot-{number}.svg"}
            for number, one in enumerate(content.plots)
        ],
        "tables": [_table(one) for one in blocks.tables(content)],
        "sections": [one.model_dump() for one in content.sections],
        "notes": blocks.notes(content),
    }


def _table(table: ReportTable) -> dict[str, Any]:
    """A column is about as wide as what stands in it."""
    widths = [
        min(max([len(name), *(len(row[place]) for row in table.rows)]), _COLUMN_MAX)
        for place, name in enumerate(table.columns)
    ]
    return {
        "heading": table.heading,
        "columns": table.columns,
        "rows": table.rows,
        "right": table.right,
        "widths": [max(one, _COLUMN_MIN) for one in widths],
        "more": blocks.more(table),
    }
