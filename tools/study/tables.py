# SPDX-License-Identifier: Apache-2.0
"""Rows (dicts with the same keys) as Markdown, and as CSV with full precision.

A cell is a text, a number, or an Interval. What is not a finite number is `-`, in CSV nothing.
"""

import csv
from math import floor, isfinite, log10

from .bootstrap import Interval

ROUNDING = 1e-12  # of the sums behind a number


def show(rows, csv_path=None):
    print(markdown(rows))
    if csv_path:
        write_csv(rows, csv_path)


def markdown(rows):
    lines = [list(rows[0]), ["---"] * len(rows[0])] + [[text(cell) for cell in row.values()] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def text(cell):
    if isinstance(cell, Interval):
        return _interval_text(cell)
    return _number(cell, ".4g") if isinstance(cell, float) else str(cell)


def _interval_text(cell):
    if not isfinite(cell.estimate):
        return "-"
    form = cell.sign + _precision(cell)
    return f"{_number(cell.estimate, form)} [{_number(cell.low, form)}, {_number(cell.high, form)}]"


def _precision(cell):
    """Two digits of the half width: more would be noise."""
    half = (cell.high - cell.low) / 2
    useful = isfinite(half) and half > ROUNDING * max(1, abs(cell.estimate))
    return f".{max(1 - floor(log10(half)), 0)}f" if useful else ".4g"


def _number(value, form):
    return format(round(value, 12) + 0.0, form) if isfinite(value) else "-"  # + 0.0: no "-0"


def write_csv(rows, path):
    wide = {name for row in rows for name, cell in row.items() if isinstance(cell, Interval)}
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, _flat(rows[0], wide), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(_flat(row, wide) for row in rows)


def _flat(row, wide):
    """A column with intervals becomes three."""
    flat = {}
    for name, cell in row.items():
        values = cell[:3] if isinstance(cell, Interval) else [cell]
        names = [name, f"{name}_low", f"{name}_high"] if name in wide else [name]
        flat.update(zip(names, [_plain(value) for value in values] + ["", ""]))
    return flat


def _plain(value):
    return value if not isinstance(value, float) else repr(float(value)) if isfinite(value) else ""
