# SPDX-License-Identifier: Apache-2.0
"""curves: scores against the training step, the divergence or another score."""

from typing import NamedTuple

import numpy as np

from .bootstrap import means
from .groups import DIVERGENCE

STEP, ROOT = "step", f"sqrt_{DIVERGENCE}"


class Line(NamedTuple):
    label: str
    x: np.ndarray  # [step]
    y: dict  # score -> estimate and resamples [row, step]


def lines(study, x, names, groups=None):
    return [
        Line(group.name, _along(group, x), {name: means(group.score(name), group.name) for name in names})
        for group in study.chosen(groups)
    ]


def labels(study, names):
    return {name: study.divergence_name if name == DIVERGENCE else f"{name}, difference from base" for name in names}


def x_label(study, x):
    special = {STEP: "training step", ROOT: f"square root of {study.divergence_name}"}
    return special.get(x) or labels(study, [x])[x]


def _along(group, x):
    if x == STEP:
        return np.array(group.steps)
    mean = group.score(DIVERGENCE if x == ROOT else x).mean(axis=(0, 2))
    return np.sqrt(mean) if x == ROOT else mean
