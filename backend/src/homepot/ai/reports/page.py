"""A report as one page of HTML that needs nothing else, printed on A4 as it stands. Pure."""

import base64
from collections.abc import Iterator, Sequence
from html import escape

from homepot.ai.reports import blocks
from homepot.ai.reports.content import Kept, ReportTable

_STYLE = """
@page { size: A4; margin: 16mm 15mm; }
body { font: 15px/1.45 system-ui, "DejaVu Sans", sans-serif; color: #0f172a; background: #fff;
  max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .2rem; }
h2 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; border-bottom: 1px solid #cbd5e1;
  padding-bottom: .2rem; break-after: avoid; }
h3 { font-size: .95rem; margin: .8rem 0 .1rem; break-after: avoid; }
p { margin: .3rem 0; } .quiet { color: #475569; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .5rem;
  margin: 1rem 0; }
dl div { border: 1px solid #cbd5e1; border-radius: .4rem; padding: .5rem .7rem; }
dt { color: #475569; font-size: .8rem; } dd { margin: 0; font-size: 1.2rem; font-weight: 600; }
table { border-collapse: collapse; width: 100%; font-size: .85rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .5rem .3rem 0;
  border-bottom: 1px solid #e2e8f0; overflow-wrap: anywhere; }
th { color: #475569; } .right { text-align: right; } tr, figure { break-inside: avoid; }
figure { margin: .6rem 0; } figure img { width: 100%; }
.key { color: #475569; font-size: .75rem; margin: 0; } figcaption { font-weight: 600; }
@media print { body { margin: 0; padding: 0; max-width: none; font-size: 12px; } }
"""


def html(kept: Kept, plots: Sequence[bytes]) -> str:
    title = escape(kept.content.title)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head>\n<body><main>\n"
        + "\n".join(_parts(kept, plots))
        + "\n</main></body></html>\n"
    )


def _parts(kept: Kept, plots: Sequence[bytes]) -> Iterator[str]:
    content = kept.content
    yield f"<header><h1>{escape(content.title)}</h1>"
    yield f'<p class="quiet">{escape(blocks.subtitle(kept))}</p>'
    yield f'<p class="quiet">{escape(blocks.about(kept))}</p></header>'
    yield f"<p>{escape(content.summary)}</p>"
    yield "<dl>"
    for name, value in blocks.key_figures(content):
        yield f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
    yield "</dl>"
    if content.recommendations:
        yield "<h2>What to do</h2><ul>"
        yield from (f"<li>{escape(one)}</li>" for one in content.recommendations)
        yield "</ul>"
    yield f"<h2>Cost</h2><p>{escape(content.cost_impact)}</p>"
    for plot, drawn in zip(content.plots, plots, strict=True):
        source = base64.b64encode(drawn).decode()
        yield (
            f"<figure><figcaption>{escape(plot.label)}</figcaption>"
            f'<img alt="{escape(plot.alt)}" src="data:image/svg+xml;base64,{source}">'
            f'<p class="key">{escape(plot.key)}</p></figure>'
        )
    for table in blocks.tables(content):
        yield from _table(table)
    for section in content.sections:
        yield f"<h2>{escape(section.heading)}</h2>"
        yield from (f"<p>{escape(one)}</p>" for one in section.sentences)
    if notes := blocks.notes(content):
        yield "<h2>Not known, and why</h2><ul>"
        yield from (f"<li>{escape(one)}</li>" for one in notes)
        yield "</ul>"
    yield f'<footer><p class="quiet">{escape(blocks.made(kept))}</p></footer>'


def _table(table: ReportTable) -> Iterator[str]:
    yield f"<h2>{escape(table.heading)}</h2><table><thead><tr>"
    for place, name in enumerate(table.columns):
        yield f'<th scope="col"{_side(table, place)}>{escape(name)}</th>'
    yield "</tr></thead><tbody>"
    for row in table.rows:
        cells = (f"<td{_side(table, at)}>{escape(cell)}</td>" for at, cell in enumerate(row))
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody></table>"
    if more := blocks.more(table):
        yield f'<p class="quiet">{escape(more)}</p>'


def _side(table: ReportTable, place: int) -> str:
    return ' class="right"' if place in table.right else ""
