"""Polite requests to stop, second jobs, and peers that fail."""

import signal
import subprocess
import time
from pathlib import Path

import pytest
from conftest import metrics
from resume_test import wait_for_step


def start(rocm, output, ranks=None):
    return subprocess.Popen(
        rocm.command(*rocm.train_arguments(output, run__iterations=1000), ranks=ranks),
        stderr=subprocess.PIPE, text=True,
    )


@pytest.mark.parametrize("sent", [signal.SIGUSR1, signal.SIGTERM])
def test_a_signal_ends_the_run_after_the_step_with_75(rocm, sent):
    job = start(rocm, "out")
    run = rocm.folder / "out/run"
    wait_for_step(run, 3)
    job.send_signal(sent)
    _, text = job.communicate(timeout=60)
    assert job.returncode == 75, text
    done = metrics(run)[-1]["step"]
    assert (run / f"checkpoints/step-{done:06}").exists()


def handles_usr1(process):
    status = Path(f"/proc/{process}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) >> (signal.SIGUSR1 - 1) & 1)


def test_a_signal_before_the_first_step_ends_with_75_and_the_run_begins_later(rocm):
    job = start(rocm, "out")
    while not handles_usr1(job.pid):
        time.sleep(0.001)
    job.send_signal(signal.SIGUSR1)
    _, text = job.communicate(timeout=60)
    assert job.returncode == 75, text
    assert metrics(rocm.train("out", run__iterations=2))[-1]["step"] == 2


def test_mpirun_forwards_usr1_to_all_ranks(rocm):
    job = start(rocm, "out", ranks=2)
    wait_for_step(rocm.folder / "out/run", 3)
    job.send_signal(signal.SIGUSR1)
    _, text = job.communicate(timeout=60)
    assert job.returncode == 75, text


def test_a_second_job_on_the_same_folder_is_refused(rocm):
    job = start(rocm, "out")
    wait_for_step(rocm.folder / "out/run", 1)
    second = rocm.run(*rocm.train_arguments("out", run__iterations=1000))
    job.send_signal(signal.SIGUSR1)
    job.communicate(timeout=60)
    assert second.returncode == 2 and "process" in second.stderr, second.stderr


def test_a_missing_model_is_told_once_by_one_rank(rocm):
    done = rocm.run(*rocm.train_arguments("out", model__path="nowhere"), ranks=2)
    assert done.returncode == 3
    assert done.stderr.count("nowhere") == 1, done.stderr
