"""A private Slurm of two nodes on this machine, the scripts of slurm/, and the real binary."""

import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

SUPPORT = "tests/slurm/slurm-local.sh"

# The program and its small world, as the other end-to-end tests use them.
_spec = importlib.util.spec_from_file_location("end_to_end", "tests/end_to_end/conftest.py")
_end_to_end = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_end_to_end)
metrics = _end_to_end.metrics


@pytest.fixture
def rocm(tmp_path):
    rocm = _end_to_end.Rocm(tmp_path)
    text = rocm.config.read_text()  # steps of a quarter of the work: a job waits for several
    for small, smaller in (("steps = 4", "steps = 2"), ("batch_size = 8", "batch_size = 4")):
        assert small in text
        text = text.replace(small, smaller)
    rocm.config.write_text(text)
    return rocm


def wait_until(what, is_true, timeout_s=300):
    deadline = time.monotonic() + timeout_s
    while not is_true():
        assert time.monotonic() < deadline, f"waited {timeout_s} s for {what}"
        time.sleep(0.2)


ENDED = ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL")


class Job:
    def __init__(self, slurm, number, log):
        self.slurm, self.number, self.log = slurm, number, log

    def task(self, index):
        return Job(self.slurm, f"{self.number}_{index}", self.log)

    def field(self, name):
        text = self.slurm.command("scontrol", "show", "job", "-o", self.number)
        return dict(word.split("=", 1) for word in text.split() if "=" in word)[name]

    def wait_for(self, state):
        def reached():
            now = self.field("JobState")
            assert now == state or now not in ENDED, f"{now}\n{self.text()}"
            return now == state

        wait_until(state, reached)

    def wait_for_step(self, run, step):
        file = run / "metrics.jsonl"

        def reached():
            assert self.field("JobState") not in ENDED, self.text()
            return file.exists() and len(file.read_text().splitlines()) >= step

        wait_until(f"step {step}", reached)

    def text(self):
        return self.log.read_text() if self.log.exists() else "(no log)"


class Slurm:
    def __init__(self, folder, port, preemption):
        self.settings = {
            "SLURM_LOCAL_DIR": str(folder), "SLURM_LOCAL_PORT": str(port),
            "SLURM_LOCAL_PREEMPTION": preemption,
        }
        self.environment = {**os.environ, "SLURM_CONF": f"{folder}/slurm.conf"}

    def support(self, *arguments):
        subprocess.run([SUPPORT, *arguments], env={**os.environ, **self.settings}, check=True)

    def command(self, *words):
        done = subprocess.run(
            [str(word) for word in words], env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{words}: {done.stderr}"
        return done.stdout.strip()

    def submit(self, log, *words):
        """The words after sbatch's own options; the log's %a is a task's."""
        number = self.command("sbatch", "--parsable", f"--output={log}", *words)
        return Job(self, number, log)

    def cancel_all(self):
        self.command("scancel", f"--user={os.geteuid()}")
        wait_until("an empty queue", lambda: self.command("squeue", "-h") == "")

    def preempt(self, folder):
        """A more important job, for all processors."""
        return self.submit(
            folder / "urgent.log",
            "--partition=urgent", "--nodes=2", "--exclusive", "--wrap=sleep 1",
        )


def run_slurm(port, preemption):
    there = all(shutil.which(name, path="/usr/bin:/usr/sbin") for name in ("slurmd", "munged"))
    if not there or os.geteuid() != 0:
        pytest.skip("needs root, and apt-get install slurm-wlm munge")
    # Not tmp_path: the name of munge's socket has to be short.
    folder = Path(tempfile.mkdtemp(prefix="rocm-slurm-"))
    slurm = Slurm(folder, port, preemption)
    slurm.support("start", "-n", "2", "-c", "4")
    try:
        yield slurm
    finally:
        slurm.support("stop")


@pytest.fixture(scope="session")
def slurm():
    """Preempted jobs get their warning signal at once."""
    yield from run_slurm(17000, "warn")


@pytest.fixture(scope="session")
def slurm_without_warning():
    """Preempted jobs get SIGTERM, as by default."""
    yield from run_slurm(17100, "term")
