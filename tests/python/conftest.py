# SPDX-License-Identifier: Apache-2.0
import os
import subprocess

import numpy as np
import pytest

BATCH, TRANSITIONS, LATENT = 4, 3, (2, 5, 3)


class RecordWriter:
    """The C++ program that writes records; every number follows from its place."""

    program = os.environ["ROCM_RECORD_WRITER"]

    def start(self, *arguments, **options):
        command = [self.program, *map(str, arguments)]
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
        )

    def run(self, *arguments):
        subprocess.run([self.program, *map(str, arguments)], check=True, capture_output=True, timeout=60)

    def trajectories(self, run, attempt=1, ranks=2, first=1, last=5):
        self.run("trajectories", run, attempt, ranks, first, last, "finish")
        return run / "trajectories" / f"attempt-{attempt:03}"


def ramp(steps, offset, shape):
    """[steps, *shape] as record_writer writes it: counts on from 7 step + offset, modulo 1024."""
    start = 7 * np.asarray(steps).reshape((-1,) + (1,) * len(shape)) + offset
    return (start + np.arange(np.prod(shape)).reshape(shape)) % 1024


def scalars(steps, offset=0):
    return ramp(steps, offset, (BATCH, TRANSITIONS))


def latents(steps, offset=0):
    return ramp(steps, offset, (BATCH, TRANSITIONS, *LATENT))


@pytest.fixture
def writer():
    return RecordWriter()
