"""The plots of a report as SVG. Loaded by the process that prints alone: matplotlib is much."""

import io
from typing import Any
from zoneinfo import ZoneInfo

import matplotlib as mpl
from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from homepot.ai.reports.content import ReportContent, ReportPlot

# Told apart without colour too: limits are dashed, marks are shaded, the line is the only line.
LINE, BAND, SPAN = "#1d4ed8", "#cbd5e1", "#bfdbfe"
SEVERE = {"critical": "#b91c1c", "warning": "#b45309"}
_INCHES = (6.9, 1.75)
_ROOM = {"left": 0.095, "right": 0.985, "top": 0.93, "bottom": 0.21}
_JUMP = 2.5
_DAY_S = 86_400.0
_WHOLE, _ABOVE = 100.0, 0.6
# Neither has types.
_locator: Any = dates.AutoDateLocator
_formatter: Any = dates.ConciseDateFormatter


def plots_of(content: ReportContent) -> list[bytes]:
    mpl.rcParams.update(
        {
            "svg.fonttype": "none",  # text stays text
            "font.family": "DejaVu Sans",
            "font.size": 7.5,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.edgecolor": "#64748b",
            "axes.linewidth": 0.6,
            "xtick.color": "#334155",
            "ytick.color": "#334155",
        }
    )
    return [_svg(one, content, number) for number, one in enumerate(content.plots)]


def _svg(plot: ReportPlot, content: ReportContent, number: int) -> bytes:
    mpl.rcParams["svg.hashsalt"] = f"plot-{number}"  # the same report is the same file
    figure = Figure(figsize=_INCHES)
    # The same for each, so that moments stand above each other; it also is half the work.
    figure.subplots_adjust(**_ROOM)
    FigureCanvasSVG(figure)
    axes = figure.add_subplot()
    zone = ZoneInfo(content.period.timezone)
    if plot.bars:
        _bars(axes, plot)
    else:
        _line(axes, plot)
    _around(axes, plot)
    axes.set_xlim(_x(content.period.start.timestamp()), _x(content.period.end.timestamp()))
    locator = _locator(tz=zone, maxticks=9)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(_formatter(locator, tz=zone))
    axes.set_ylabel(plot.unit)
    if plot.unit == "%" and not plot.bars and max(one[3] for one in plot.points) <= _WHOLE:
        # There is no more than all of it.
        axes.set_ylim(top=min(axes.get_ylim()[1], _WHOLE + _ABOVE))
    axes.grid(axis="y", color="#e2e8f0", linewidth=0.5)
    axes.set_axisbelow(True)
    made = io.BytesIO()
    figure.savefig(made, format="svg", metadata={"Date": None})
    return made.getvalue()


def _bars(axes: Axes, plot: ReportPlot) -> None:
    x = [_x(at) for at, *_ in plot.points]
    axes.bar(
        x,
        [one[2] for one in plot.points],
        width=0.8 * plot.width_s / _DAY_S,
        align="edge",
        color=LINE,
    )
    top = max([one[2] for one in plot.points] + [1.0])
    axes.set_ylim(0, top * 1.1)


def _line(axes: Axes, plot: ReportPlot) -> None:
    """With a hole where nothing was heard for longer than usual."""
    nan = float("nan")
    x: list[float] = []
    rows: list[tuple[float, float, float]] = []
    before: float | None = None
    for at, *three in plot.points:
        middle = at + plot.width_s / 2
        if before is not None and at - before > _JUMP * plot.width_s:
            x.append(_x(before + plot.width_s))
            rows.append((nan, nan, nan))
        x.append(_x(middle))
        rows.append((three[0], three[1], three[2]))
        before = at
    lows, means, highs = zip(*rows, strict=True)
    axes.fill_between(x, lows, highs, color=SPAN, linewidth=0)
    alone: dict[str, Any] = {"marker": "o", "markersize": 3} if len(plot.points) == 1 else {}
    axes.plot(x, means, color=LINE, linewidth=1.0, **alone)


def _around(axes: Axes, plot: ReportPlot) -> None:
    """Band, limits and marks."""
    if plot.band is not None:
        x = [_x(at + plot.width_s / 2) for at, *_ in plot.points]
        low = [float("nan") if one is None else one for one in plot.band.low]
        high = [float("nan") if one is None else one for one in plot.band.high]
        axes.fill_between(x, low, high, color=BAND, alpha=0.6, linewidth=0, zorder=0)
    low_, high_ = min(one[1] for one in plot.points), max(one[3] for one in plot.points)
    room = plot.room
    if plot.band is not None:
        # A band far wider than what was measured would flatten the line too.
        bottom, top = axes.get_ylim()
        axes.set_ylim(max(bottom, low_ - 1.5 * room), min(top, high_ + 1.5 * room))
    for limit in plot.near:
        axes.axhline(
            limit.value, color=SEVERE[limit.severity], linewidth=0.8, linestyle=(0, (4, 2))
        )
        axes.annotate(
            f"{limit.severity} {limit.value:g}", (1, limit.value),
            xycoords=("axes fraction", "data"), ha="right", va="bottom", fontsize=6.5,
            color=SEVERE[limit.severity],
        )  # fmt: skip
    for mark in plot.marks:
        colour = SEVERE.get(mark.severity, "#475569")
        first, last = _x(mark.start.timestamp()), _x(mark.end.timestamp())
        axes.axvspan(first, last, color=colour, alpha=0.14, linewidth=0)
        axes.plot(
            [first], [1.0], marker="v", markersize=5, color=colour, clip_on=False,
            transform=axes.get_xaxis_transform(),
        )  # fmt: skip


def _x(seconds: float) -> float:
    """matplotlib counts days since 1970."""
    return seconds / _DAY_S
