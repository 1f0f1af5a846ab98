# SPDX-License-Identifier: Apache-2.0
"""table: what each group changed, or how much more than another group it did."""

from .bootstrap import interval, means
from .groups import DIVERGENCE
from .problem import Problem, pick


def rows(study, proxy, step=None, groups=None, minus=None):
    pick(proxy, dict.fromkeys(study.scores), "score")
    scores = [proxy] + [name for name in study.scores if name != proxy]
    changes = [Change(group, step) for group in study.chosen(groups)]
    if minus is not None:
        other = Change(study.group(minus), step)
        return [_difference_row(study, change, other, scores) for change in changes if change.group is not other.group]
    bases = [
        _row(study, label, 0, "", {name: base[name] for name in scores}, base) for label, base in study.bases.items()
    ]
    return bases + [_change_row(study, change, scores) for change in changes]


class Change:
    """What a group changed by one of its steps, its last where none is named."""

    def __init__(self, group, step):
        self.group = group
        self.at = len(group.steps) - 1 if step is None else _place(group, step)
        self.step = group.steps[self.at]

    def resampled(self, score):
        return means(self.group.scores[score], self.group.name)[:, self.at]

    @property
    def divergence(self):
        return {DIVERGENCE: float(self.group.scores[DIVERGENCE][:, self.at].mean())}


def _change_row(study, change, scores):
    differences = {name: interval(change.resampled(name)) for name in scores}
    return _row(study, change.group.name, change.step, change.group.seeds, differences, change.divergence)


def _difference_row(study, change, other, scores):
    differences = {name: interval(change.resampled(name) - other.resampled(name)) for name in scores}
    label = f"{change.group.name} - {other.group.name}"
    return _row(study, label, change.step, change.group.seeds, differences, change.divergence)


def _row(study, label, step, seeds, scores, divergence):
    return {"group": label, "step": step, "seeds": seeds, **scores, study.divergence_name: divergence[DIVERGENCE]}


def _place(group, step):
    if step not in group.steps:
        raise Problem(f"{group.name} has no step {step}", f"It has {', '.join(map(str, group.steps))}")
    return group.steps.index(step)
