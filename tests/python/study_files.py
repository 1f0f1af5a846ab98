# SPDX-License-Identifier: Apache-2.0
"""Evaluation files and runs of which every number is known, and what the program says of them."""

import json

import numpy as np
import xarray as xr

from study.command_line import main

PROMPTS, PICTURES = 6, 2
DETAIL = np.arange(PROMPTS * PICTURES).reshape(PROMPTS, PICTURES) / 8  # of the base; differences do not see it

STEADY = {"proxy": {50: 1.0, 100: 2.0}, "truth": {50: 0.1, 100: 0.2}, "divergence": {50: 0.5, 100: 0.75}}
FALLING = {"proxy": {50: 2.0, 100: 4.0}, "truth": {50: 0.3, 100: -0.1}, "divergence": {50: 1.0, 100: 2.0}}


def write_evaluation(path, courses, base=None, prompts=None, **attributes):
    """courses: {run: {score: {step: difference from base, a number or [prompt, picture]}}}; the last is the result."""
    base = base or {"proxy": 15.0, "truth": 0.5, "divergence": 0.0}
    policies = [("base", 0, None)]
    for run, scores in courses.items():
        steps = list(scores["proxy"])
        policies += [(run if step == steps[-1] else f"{run}@{step}", step, run) for step in steps]

    def values(score):
        detail = 0 if score == "divergence" else DETAIL
        return [
            np.broadcast_to(
                base[score] + detail + (courses[run].get(score, {}).get(step, 0) if run else 0), DETAIL.shape
            )
            for _, step, run in policies
        ]

    axes = ("policy", "prompt", "seed")
    nothing = ("policy", [""] * len(policies))
    xr.Dataset(
        {score: (axes, np.array(values(score))) for score in base},
        {
            "policy": [name for name, _, _ in policies],
            "training_step": ("policy", [step for _, step, _ in policies]),
            "prompts": ("prompt", prompts or [f"prompt {i}" for i in range(PROMPTS)]),
            "sample_id": (("prompt", "seed"), np.arange(PROMPTS * PICTURES).reshape(PICTURES, PROMPTS).T),
            "adapter": nothing,
            "adapter_sha256": nothing,
        },
        {"divergence": "kl", **attributes},
    ).to_netcdf(path, engine="h5netcdf")
    return str(path)


def write_metrics(folder, attempts, samples_per_s=2.0):
    """attempts: lists of (step, elapsed_s)."""
    folder.mkdir(parents=True)
    lines = [
        json.dumps({"step": step, "elapsed_s": elapsed_s, "samples_per_s": samples_per_s})
        for attempt in attempts
        for step, elapsed_s in attempt
    ]
    (folder / "metrics.jsonl").write_text("\n".join(lines) + "\n")
    return str(folder)


def by_prompt(values):
    """A difference per prompt, the same in all its pictures."""
    return np.array(values, float)[:, None]


def printed(capsys, *arguments):
    """Cells of the table by row and column."""
    assert main(list(map(str, arguments))) == 0
    output = capsys.readouterr()
    assert output.err == "" and output.out.startswith("| ") and output.out.endswith(" |\n")
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in output.out.splitlines()]
    return {line[0]: dict(zip(lines[0], line)) for line in lines[2:]}


def refused(capsys, *arguments):
    assert main(list(map(str, arguments))) == 2
    output = capsys.readouterr()
    assert output.out == ""
    return output.err
