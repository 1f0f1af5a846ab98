# SPDX-License-Identifier: Apache-2.0
"""Files of `rocm-dist evaluate --output` as groups of runs, each policy as its difference from its own base."""

import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
from rocm_dist_records import open_evaluation

from .groups import DIVERGENCE, Group, Study
from .problem import Problem

BASE = "base"
ADVICE = "Give files that `rocm-dist evaluate --output` wrote"
FEWEST_PROMPTS = 4  # two for each half of `overoptimisation`


def open_study(paths):
    files = {str(path): _read(path) for path in paths}
    if len(files) < len(paths):
        raise Problem("a file is given twice", "Give each once")
    _require_same_judges(files)
    scores = [name for name in _scores(files) if name != DIVERGENCE]
    means = {path: _sampled(file, [*scores, DIVERGENCE]) for path, file in files.items()}
    runs = {}
    for path, file in files.items():
        for name, course in _courses(file).items():
            if name in runs:
                raise Problem(f"{path}: the run {name} is in another file, too", "Give one of the two")
            runs[name] = Run(course, means[path], file.attrs.get("configuration"))
    kinds = {(file.attrs.get(DIVERGENCE, DIVERGENCE), file.attrs.get("reduction")) for file in files.values()}
    return Study(_groups(runs), _bases(means), tuple(scores), kinds.pop()[0] if len(kinds) == 1 else DIVERGENCE)


class Run(NamedTuple):
    course: dict  # step -> policy
    means: dict  # of the file that it is in
    sampling: str  # how that file drew its pictures


def _read(path):
    if not Path(path).is_file():
        raise Problem(f"{path}: no such file", ADVICE)
    try:
        file = open_evaluation(path)
    except (OSError, ValueError) as error:
        raise Problem(f"{path}: not an evaluation ({str(error).rstrip('.')})", ADVICE) from error
    if DIVERGENCE not in file:
        raise Problem(f"{path}: not an evaluation (no divergence)", ADVICE)
    count = file.sizes["prompt"]
    if count < FEWEST_PROMPTS:
        raise Problem(f"{path}: {count} prompts have no interval", f"Evaluate on {FEWEST_PROMPTS} or more")
    return file


def _require_same_judges(files):
    """A score is one judge in all files: `scores` has NAME=PATH of each."""
    judges = {}
    for path, file in files.items():
        for judge in file.attrs.get("scores", "").split():
            name = judge.partition("=")[0]
            other_path, other = judges.setdefault(name, (path, judge))
            if judge != other:
                raise Problem(f"{path}: {judge} is {other} in {other_path}", "Evaluate both with one judge")


def _scores(files):
    """Names of the variables per picture that all files have; the prompts must be the same."""
    first_path, first = next(iter(files.items()))
    for path, file in files.items():
        if not np.array_equal(file.prompts.values, first.prompts.values):
            raise Problem(f"{path}: its prompts are not those of {first_path}", "Evaluate both on the same prompts")
    per_picture = [name for name, values in first.items() if values.dims == ("policy", "prompt", "seed")]
    return [name for name in per_picture if all(name in file for file in files.values())]


def _sampled(file, names):
    """Scores averaged over the pictures of a prompt: {name: [policy, prompt]}, with labels."""
    return {name: file[name].mean("seed", skipna=False) for name in names}


def _courses(file):
    """{run: {step: policy}} in the order of training; the result comes last and replaces its own checkpoint."""
    courses = {}
    for policy, step in zip(file.policy.values, file.training_step.values):
        if policy != BASE:
            name = re.sub(r"@\d+$", "", policy)
            courses.setdefault(name, {0: BASE})[int(step)] = policy
    return courses


def _groups(runs):
    members = {}
    for name in runs:
        members.setdefault(re.sub(r"(?<=.)-s\d+$", "", name), []).append(name)
    return {group: _group(group, {name: runs[name] for name in names}) for group, names in members.items()}


def _group(name, runs):
    courses = [run.course for run in runs.values()]
    if len({list(course)[-1] for course in courses}) > 1:
        ends = ", ".join(f"{list(run.course)[-1]} of {label}" for label, run in runs.items())
        raise Problem(f"the runs of {name} end at different steps ({ends})", "Train them equally long")
    if len({run.sampling for run in runs.values()}) > 1:
        raise Problem(f"the runs of {name} were not sampled alike", "Compare `configuration` of the files")
    steps = tuple(step for step in courses[0] if all(step in course for course in courses))
    differences = [_differences([run.course[step] for step in steps], run.means) for run in runs.values()]
    scores = {score: np.stack([run[score] for run in differences]) for score in differences[0]}
    return Group(name, tuple(runs), steps, scores)


def _differences(policies, means):
    """{score: [step, prompt]}"""
    return {name: (mean.sel(policy=policies) - mean.sel(policy=BASE)).values for name, mean in means.items()}


def _bases(means):
    """Files that drew the same base model's pictures share a base."""
    bases = {}
    for path, scores in means.items():
        base = {name: mean.sel(policy=BASE).values for name, mean in scores.items()}
        if not any(_same(base, other) for other in bases.values()):
            bases[path] = base
    return {
        label: {name: float(mean.mean()) for name, mean in base.items()}
        for label, base in zip(_labels(list(bases)), bases.values())
    }


def _labels(paths):
    """Short ones, where they differ."""
    stems = [Path(path).stem for path in paths]
    names = stems if len(set(stems)) == len(paths) else paths
    return [f"{BASE} of {name}" for name in names] if len(paths) > 1 else [BASE]


def _same(one, other):
    return all(np.array_equal(one[name], other[name], equal_nan=True) for name in one)
