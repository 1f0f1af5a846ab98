# SPDX-License-Identifier: Apache-2.0
"""overoptimisation: does the truth fall while the proxy rises?

The best of several noisy steps looks better than it is. So the peak is chosen on half of the prompts and the
fall from it is measured on the others.
"""

from .bootstrap import interval, means

CHOOSING, MEASURING = slice(1, None, 2), slice(0, None, 2)  # odd and even, counted from 0


def rows(study, proxy, truth, groups=None):
    return [_row(group, proxy, truth) for group in study.chosen(groups)]


def _row(group, proxy, truth):
    peak = group.score(truth)[:, :, CHOOSING].mean(axis=(0, 2)).argmax()
    measured = means(group.score(truth)[:, :, MEASURING], group.name)
    fall = interval(measured[:, -1] - measured[:, peak])
    return {
        "group": group.name,
        "seeds": group.seeds,
        f"{proxy} at the end": interval(means(group.score(proxy), group.name)[:, -1]),
        f"{truth} peak step": group.steps[peak],
        f"{truth} end - peak": fall,
        "verdict": "falls" if fall.high < 0 else "no fall shown",
    }
