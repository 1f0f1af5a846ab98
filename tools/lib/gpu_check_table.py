#!/usr/bin/env python3
"""Prints one line for each run folder: speed, and what its first step computed."""
import json
import pathlib
import statistics
import sys

WARM_UP_STEPS = 2


def line(run: pathlib.Path) -> str:
    steps = [json.loads(text) for text in (run / "metrics.jsonl").read_text().splitlines()]
    rate = statistics.median(step["samples_per_s"] for step in steps[WARM_UP_STEPS:])
    first = steps[0]
    return (f"{run.name:<12}{len(steps):>6}{rate:>12.1f}{first['loss']:>14.6f}"
            f"{first['divergence']:>14.6f}{first['grad_norm']:>14.6f}")


print(f"{'run':<12}{'steps':>6}{'samples/s':>12}{'loss[1]':>14}{'divergence[1]':>14}{'grad_norm[1]':>14}")
for folder in sys.argv[1:]:
    print(line(pathlib.Path(folder)))
