# SPDX-License-Identifier: Apache-2.0
"""table: what each group changed."""

from .bootstrap import interval, means
from .groups import DIVERGENCE
from .problem import Problem, pick


def rows(study, proxy, step=None, groups=None):
    pick(proxy, dict.fromkeys(study.scores), "score")
    scores = [proxy] + [name for name in study.scores if name != proxy]
    bases = [
        _row(study, label, 0, "", {name: base[name] for name in scores}, base) for label, base in study.bases.items()
    ]
    return bases + [_group_row(study, group, scores, step) for group in study.chosen(groups)]


def _group_row(study, group, scores, step):
    at = len(group.steps) - 1 if step is None else _place(group, step)
    differences = {name: interval(means(group.scores[name], group.name)[:, at]) for name in scores}
    divergence = {DIVERGENCE: float(group.scores[DIVERGENCE][:, at].mean())}
    return _row(study, group.name, group.steps[at], group.seeds, differences, divergence)


def _row(study, label, step, seeds, scores, divergence):
    return {"group": label, "step": step, "seeds": seeds, **scores, study.divergence_name: divergence[DIVERGENCE]}


def _place(group, step):
    if step not in group.steps:
        raise Problem(f"{group.name} has no step {step}", f"It has {', '.join(map(str, group.steps))}")
    return group.steps.index(step)
