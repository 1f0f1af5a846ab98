# SPDX-License-Identifier: Apache-2.0
"""Panels of lines with bands, as an SVG whose bytes depend on the data alone."""

from itertools import product

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from .bootstrap import PERCENTILES

COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]  # Okabe and Ito
LOOKS = list(product(["-", "--", ":", "-."], COLOURS))
STYLE = {
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "study",
}


def draw(lines, panels, x_label, output, title=None):
    """panels: {score: label}, side by side."""
    with rc_context(STYLE):
        figure = Figure(figsize=(4.5 * len(panels), 4.2), layout="constrained")
        for axes, (name, label) in zip(np.atleast_1d(figure.subplots(1, len(panels))), panels.items()):
            _panel(axes, lines, name)
            axes.set(xlabel=x_label, ylabel=label)
        handles = axes.get_legend_handles_labels()
        figure.legend(*handles, loc="outside lower center", ncols=2 * len(panels), frameon=False)
        figure.suptitle(title)
        figure.savefig(output, metadata={"Date": None})


def _panel(axes, lines, name):
    axes.axhline(0, color="0.6", linewidth=1)
    for index, line in enumerate(lines):
        dash, colour = LOOKS[index % len(LOOKS)]
        low, high = np.percentile(line.y[name][1:], PERCENTILES, axis=0)
        axes.fill_between(line.x, low, high, color=colour, alpha=0.18, linewidth=0)
        axes.plot(line.x, line.y[name][0], dash, color=colour, label=line.label)
