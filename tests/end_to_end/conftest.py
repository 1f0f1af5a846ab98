"""Runs the real binary as a user does. ROCM_DIST names it; the working directory is the repository."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, "python")
from rocm_dist_records import open_run  # noqa: E402

BINARY = os.environ["ROCM_DIST"]
GOLDEN = Path("tests/golden/rocm_step")

SMALL_WORLD = """
[run]
name = "run"
iterations = 4
[model]
path = "world/lcm"
steps = 4
checkpoint = "none"
[lora]
rank = 4
alpha = 8
[[reward]]
name = "pickscore"
path = "world/clip"
[objective]
divergence = "kl"
beta = 10.0
[optimizer]
learning_rate = 1e-3
[data]
prompts = "world/prompts.txt"
batch_size = 8
[records]
fields = ["mean", "sigma", "divergence", "delta", "active_fraction"]
[checkpoint]
every = 2
[evaluation]
every = 0
"""


class Rocm:
    """The program and a place for its output."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.config = folder / "config.toml"
        self.config.write_text(SMALL_WORLD)

    def command(self, *arguments, ranks=None):
        start = [] if ranks is None else ["mpirun", "-n", str(ranks)]
        return [*start, BINARY, *map(str, arguments)]

    def run(self, *arguments, ranks=None, timeout_s=300):
        return subprocess.run(
            self.command(*arguments, ranks=ranks), capture_output=True, text=True, timeout=timeout_s
        )

    def train_arguments(self, output, **settings):
        sets = [f"--set={key.replace('__', '.')}={value}" for key, value in settings.items()]
        return ["train", "--config", self.config, "--output", self.folder / output, *sets]

    def train(self, output, ranks=None, expect=0, **settings):
        done = self.run(*self.train_arguments(output, **settings), ranks=ranks)
        assert done.returncode == expect, done.stderr
        return self.folder / output / "run"


def metrics(run: Path):
    """metrics.jsonl without the two figures that measure time."""
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    for line in lines:
        del line["samples_per_s"], line["elapsed_s"]
    return lines


RECORDED = ("mean", "divergence", "delta", "active_fraction", "reward", "sample_id", "prompt_id")


def trajectories(run: Path):
    """What all attempts recorded, also those that were killed: {name: bytes} in the order of steps."""
    records = open_run(run)
    return {name: records[name].values.tobytes() for name in ("step", *RECORDED) if name in records}


@pytest.fixture
def rocm(tmp_path):
    return Rocm(tmp_path)
