# SPDX-License-Identifier: Apache-2.0
"""How long runs trained, from their metrics.jsonl."""

from pathlib import Path

import numpy as np
from rocm_dist_records import read_metrics

from .problem import Problem


class Clock:
    """The runs of one group."""

    def __init__(self, group, folders):
        metrics = [_metrics(name, folders) for name in group.runs]
        self.seconds = np.array([_seconds(run, group.steps, lines) for run, lines in zip(group.runs, metrics)])
        self.samples_per_s = float(np.mean([_rate(lines) for lines in metrics]))  # of the median step


def run_folders(paths):
    """By name; what lies beside run folders (a sweep's ID.toml and ID.log) is passed over."""
    return {Path(path).resolve().name: Path(path) for path in paths if Path(path).is_dir()}


def _metrics(name, folders):
    if name not in folders:
        raise Problem(f"the folder of the run {name} is not there", "Give it with --runs")
    try:
        return [line for line in read_metrics(folders[name]) if line["elapsed_s"] is not None]
    except (OSError, ValueError, KeyError) as error:
        raise Problem(f"{folders[name]}: no metrics ({error})", "Give run folders with --runs") from error


def _seconds(run, steps, lines):
    """At each step, 0 at the base. elapsed_s begins again in each attempt: what the earlier ones took is added."""
    elapsed = np.array([line["elapsed_s"] for line in lines])
    earlier = np.cumsum(np.where(np.diff(elapsed, prepend=0) < 0, np.roll(elapsed, 1), 0))
    at = {0: 0.0} | {line["step"]: seconds for line, seconds in zip(lines, elapsed + earlier)}
    if missing := [step for step in steps if step not in at]:
        raise Problem(f"the metrics of {run} have no step {missing[0]}", "Give the run that was evaluated")
    return [at[step] for step in steps]


def _rate(lines):
    return np.median([line["samples_per_s"] for line in lines if line["samples_per_s"] is not None])
