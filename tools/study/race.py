# SPDX-License-Identifier: Apache-2.0
"""race: scores against training time."""

import numpy as np

from .bootstrap import interval, means, over_runs, where_reached
from .clock import Clock, run_folders
from .curves import Line


def clocks(study, runs, groups=None):
    """By group; `runs` are the folders of all their runs."""
    folders = run_folders(runs)
    return {group.name: Clock(group, folders) for group in study.chosen(groups)}


def rows(study, clocks, names, reach):
    goals = {name: means(study.group(reach).score(name), reach)[:, -1] for name in names}
    return [_row(study.group(name), clock, goals, reach) for name, clock in clocks.items()]


def _row(group, clock, goals, reach):
    row = {
        "group": group.name,
        "seeds": group.seeds,
        "samples/s": clock.samples_per_s,
        "seconds per run": float(clock.seconds[:, -1].mean()),
    }
    for name, goal in goals.items():
        curve, seconds = means(group.score(name), group.name), over_runs(clock.seconds, group.name)
        row[name] = interval(curve[:, -1])
        row[f"seconds to {name} of {reach}"] = interval(where_reached(curve, goal, seconds, np.inf), sign="")
    return row


def lines(study, clocks, names):
    return [_line(study.group(name), clock, names) for name, clock in clocks.items()]


def _line(group, clock, names):
    return Line(group.name, clock.seconds.mean(axis=0), {name: means(group.score(name), group.name) for name in names})
