"""A run that was interrupted ends with the bits of one that was not."""

import json
import resource
import signal
import subprocess
import time

from conftest import metrics, trajectories


def final(run):
    checkpoint = sorted((run / "checkpoints").glob("step-*"))[-1]
    return {
        "lora": (run / "lora.safetensors").read_bytes(),
        "optimizer": (checkpoint / "optimizer.safetensors").read_bytes(),
        "metrics": metrics(run),
        "evaluations": (run / "evaluation.jsonl").read_bytes() if (run / "evaluation.jsonl").exists() else None,
        "trajectories": trajectories(run),
    }


def test_twenty_steps_are_seven_and_thirteen_on_other_ranks(rocm):
    whole = rocm.train("whole", run__iterations=20, checkpoint__every=10)
    rocm.train("parts", run__iterations=7)
    parts = rocm.train("parts", ranks=2, run__iterations=20, checkpoint__every=10)
    assert final(parts) == final(whole)


def test_an_evaluation_that_a_stop_left_out_is_made_up_for(rocm):
    settings = {"evaluation__every": 2, "evaluation__images": 2}
    whole = rocm.train("whole", **settings)

    def parts(iterations, **more):
        """Without the last evaluation, as if it had ended between the step and that."""
        run = rocm.train("parts", run__iterations=iterations, **settings, **more)
        lines = (run / "evaluation.jsonl").read_text().splitlines(keepends=True)
        (run / "evaluation.jsonl").write_text("".join(lines[:-1]))
        return [json.loads(line)["step"] for line in lines]

    assert parts(2) == [0, 2]
    assert parts(4) == [0, 2, 4]
    assert final(rocm.train("parts", ranks=2, **settings)) == final(whole)


def test_a_result_without_a_checkpoint_is_not_overwritten_by_other_settings(rocm):
    run = rocm.train("out", checkpoint__every=0)
    result = (run / "lora.safetensors").read_bytes()
    done = rocm.run(*rocm.train_arguments("out", checkpoint__every=0, objective__beta=2))
    assert done.returncode == 2
    assert "began with other settings: objective.beta was 10.0 and is 2.0 " in done.stderr
    assert (run / "lora.safetensors").read_bytes() == result


def wait_for_step(run, step, timeout_s=60):
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        file = run / "metrics.jsonl"
        if file.exists() and len(file.read_text().splitlines()) >= step:
            return
        time.sleep(0.01)
    raise TimeoutError(f"step {step} was not reached")


def test_a_killed_rank_costs_no_more_than_the_steps_since_the_checkpoint(rocm):
    whole = rocm.train("whole", run__iterations=12)
    job = subprocess.Popen(
        rocm.command(*rocm.train_arguments("killed", run__iterations=12), ranks=2),
        stderr=subprocess.PIPE, start_new_session=True,
    )
    run = rocm.folder / "killed/run"
    wait_for_step(run, 5)
    subprocess.run(["pkill", "-KILL", "-f", f"rocm-dist train.*{rocm.folder}/killed"], check=False)
    job.wait(timeout=60)
    job.stderr.close()
    assert job.returncode != 0
    assert final(rocm.train("killed", run__iterations=12)) == final(whole)


def test_a_broken_checkpoint_is_passed_over(rocm):
    whole = rocm.train("whole", run__iterations=6)
    rocm.train("broken", run__iterations=4)
    newest = rocm.folder / "broken/run/checkpoints/step-000004/optimizer.safetensors"
    newest.write_bytes(newest.read_bytes()[:-1])
    assert final(rocm.train("broken", run__iterations=6)) == final(whole)


def test_other_settings_are_named_and_refused_and_the_run_stays_as_it_is(rocm):
    run = rocm.train("out")
    resolved = (run / "resolved.toml").read_text()
    done = rocm.run(*rocm.train_arguments("out", run__iterations=6, objective__beta=2))
    assert done.returncode == 2
    assert "began with other settings: objective.beta was 10.0 and is 2.0 " in done.stderr
    assert (run / "resolved.toml").read_text() == resolved


def test_resume_never_does_not_overwrite(rocm):
    rocm.train("out")
    done = rocm.run(*rocm.train_arguments("out"), "--resume", "never")
    assert done.returncode == 2 and "a run is already there" in done.stderr


def test_no_intact_checkpoint_is_an_error_of_its_own(rocm):
    run = rocm.train("out")
    for checkpoint in (run / "checkpoints").glob("step-*"):
        (checkpoint / "state.json").write_text("{}")
    done = rocm.run(*rocm.train_arguments("out", run__iterations=6))
    assert done.returncode == 4, done.stderr


def test_a_full_disk_ends_the_run_with_5_and_leaves_the_last_checkpoint_intact(rocm):
    command = rocm.command(*rocm.train_arguments("full", run__iterations=1000))
    job = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
    )
    run = rocm.folder / "full/run"
    wait_for_step(run, 5)
    resource.prlimit(job.pid, resource.RLIMIT_FSIZE, (4096, 4096))  # writes fail, as on a full disk
    _, text = job.communicate(timeout=60)
    assert job.returncode == 5, text
    done = int((run / "checkpoints/latest").resolve().name.removeprefix("step-"))
    assert done >= 4
    whole = rocm.train("whole", run__iterations=done + 2)
    assert final(rocm.train("full", run__iterations=done + 2)) == final(whole)
