# SPDX-License-Identifier: Apache-2.0
"""Bootstrap over training seeds and prompts.

The design is crossed: every run of a group is evaluated on the same prompts. A resample therefore draws runs
with replacement, draws prompts with replacement, and takes the mean over all pairs of what it drew. A draw is
written as weights (how often a thing was drawn, over the number of draws), so that all resamples of a mean are
two matrix products.

* All groups see the same draws of prompts: whatever is computed from several groups or scores in one resample
  is paired by prompt.
* Each group has its own draws of runs: seed 0 of one group has nothing to do with seed 0 of another.
* One run has nothing to draw: then only prompts are resampled, and the interval says nothing of other seeds.

Row 0 of all weights draws everything once. What is computed along the rows is thus the estimate, then its
resamples; `interval` takes them apart again.
"""

from functools import cache
from typing import NamedTuple
from zlib import crc32

import numpy as np

RESAMPLES = 10_000
PERCENTILES = (2.5, 97.5)
MAY_BE_MISSING = 0.025


class Interval(NamedTuple):
    estimate: float
    low: float
    high: float
    sign: str = "+"  # how a positive number is printed


@cache
def weights(count, what):
    """[1 + resamples, count]; `what` is drawn, a name that seeds the generator: the same draws in every program."""
    draws = np.random.default_rng(crc32(what.encode())).integers(count, size=(RESAMPLES, count))
    places = draws + count * np.arange(RESAMPLES)[:, None]
    counts = np.bincount(places.ravel(), minlength=RESAMPLES * count).reshape(RESAMPLES, count)
    return np.vstack([np.ones(count), counts]) / count


def over_runs(values, group):
    """Means over the runs of a group: values [run, step], or [row, run, step] that already have their rows."""
    values = np.broadcast_to(values, (1 + RESAMPLES, *np.shape(values)[-2:]))
    return np.einsum("rk,rkt->rt", weights(values.shape[1], f"runs of {group}"), values)


def means(values, group):
    """values [run, step, prompt] of a group -> [row, step]: means over its runs and over prompts."""
    runs, steps, prompts = values.shape
    per_run = weights(prompts, "prompts") @ values.reshape(-1, prompts).T
    return over_runs(per_run.reshape(-1, runs, steps), group)


def interval(rows, sign="+"):
    """95 % percentile interval; nothing if too many resamples are missing (NaN)."""
    if np.isnan(rows[1:]).mean() > MAY_BE_MISSING:
        return Interval(np.nan, np.nan, np.nan, sign)
    with np.errstate(invalid="ignore"):  # between two infinities is NaN
        low, high = np.nanpercentile(rows[1:], PERCENTILES)
    return Interval(float(rows[0]), float(low), float(high), sign)


def where_reached(curve, level, other, never=np.nan):
    """Of each row, `other` where `curve` first reaches `level`, on straight lines between steps.

    curve and other [row, step], level a number or [row]; `never` where it stays below.
    """
    level = np.broadcast_to(level, len(curve))[:, None]
    after = np.argmax(curve >= level, axis=1)[:, None]
    before = np.maximum(after - 1, 0)
    low, high = (np.take_along_axis(curve, at, axis=1) for at in (before, after))
    start, end = (np.take_along_axis(other, at, axis=1) for at in (before, after))
    part = np.divide(level - low, high - low, out=np.zeros_like(low), where=high > low)
    return np.where(high >= level, start + part * (end - start), never)[:, 0]
