"""A sweep from its plan to its table: interrupted, gone on with, and with a member that fails."""

import csv
import io
import json
import os
import signal
import subprocess
from pathlib import Path

import pytest
from conftest import SMALL_WORLD, metrics
from resume_test import wait_for_step

TINY = SMALL_WORLD.replace("steps = 4", "steps = 2").replace("batch_size = 8", "batch_size = 2")
FOUR = """
[sweep]
"objective.divergence" = ["kl", "js"]
"run.seed" = [0, 1]
"""
IDS = ["kl-s0", "kl-s1", "js-s0", "js-s1"]


@pytest.fixture
def sweep(rocm):
    """Runs an action of the verb; the sweep's folder is folder/out it's/run."""
    rocm.config = rocm.folder / "the sweep's.toml"
    rocm.config.write_text(TINY + FOUR)
    rocm.sweep_folder = rocm.folder / "out it's" / "run"

    def arguments(action, *more, iterations=2):
        output = json.dumps(str(rocm.sweep_folder.parent))
        return ["sweep", action, "--config", rocm.config, "--set", f"run.output={output}",
                "--set", f"run.iterations={iterations}", *more]

    rocm.sweep_arguments = arguments
    return rocm


def states(sweep, **settings):
    done = sweep.run(*sweep.sweep_arguments("status", "--json", **settings))
    assert done.returncode == 0, done.stderr
    return {member["id"]: member["state"] for member in json.loads(done.stdout)["members"]}


def test_a_plan_is_a_table(sweep):
    done = sweep.run(*sweep.sweep_arguments("plan"))
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines[0] == ["id", "objective.divergence", "run.seed", "state"]
    assert [line[0] for line in lines[1:]] == IDS
    assert lines[1] == ["kl-s0", '"kl"', "0", "pending"]
    assert not sweep.sweep_folder.exists()


def start(sweep, *more, **environment):
    return subprocess.Popen(
        sweep.command(*sweep.sweep_arguments("run", *more, iterations=1000)),
        stderr=subprocess.PIPE, text=True, env=os.environ | environment,
    )


def devices_of_members(job):
    """CUDA_VISIBLE_DEVICES of what a `sweep run` has started."""
    children = Path(f"/proc/{job.pid}/task/{job.pid}/children").read_text().split()
    environments = [Path(f"/proc/{child}/environ").read_text().split("\0") for child in children]
    return sorted(word.partition("=")[2] for words in environments for word in words
                  if word.startswith("CUDA_VISIBLE_DEVICES="))


def test_an_interrupted_sweep_saves_and_goes_on_to_its_table(sweep):
    job = start(sweep, "--jobs", "2", CUDA_VISIBLE_DEVICES="5,7")
    wait_for_step(sweep.sweep_folder / IDS[0], 2)
    wait_for_step(sweep.sweep_folder / IDS[1], 2)
    assert list(states(sweep, iterations=1000).values()) == ["running"] * 2 + ["pending"] * 2
    assert devices_of_members(job) == ["5", "7"]
    job.send_signal(signal.SIGUSR1)
    _, text = job.communicate(timeout=60)
    assert job.returncode == 75, text
    assert list(states(sweep, iterations=1000).values()) == ["stopped"] * 2 + ["pending"] * 2

    done = [metrics(sweep.sweep_folder / member)[-1]["step"] for member in IDS[:2]]
    last = max(done) + 1
    again = sweep.run(*sweep.sweep_arguments("run", iterations=last))
    assert again.returncode == 0, again.stderr
    assert set(states(sweep, iterations=last).values()) == {"done"}

    table = sweep.folder / "table.h5"
    collected = sweep.run(*sweep.sweep_arguments("collect", "--output", table, iterations=last))
    assert collected.returncode == 0, collected.stderr
    rows = list(csv.DictReader(io.StringIO(collected.stdout)))
    assert [row["id"] for row in rows] == IDS
    for row in rows:
        final = metrics(sweep.sweep_folder / row["id"])[-1]
        assert float(row["reward"]) == final["reward"] and int(row["step"]) == last
        assert float(row["elapsed_s"]) > 0
    import h5py

    with h5py.File(table) as file:
        assert [text.decode() for text in file["member"]] == IDS
        assert list(file["run.seed"]) == [0, 1, 0, 1]
        assert list(file["reward"]) == [float(row["reward"]) for row in rows]
        assert file["elapsed_s"].attrs["units"] in ("s", b"s")
        assert "rocm-dist" in str(file.attrs["source"])


def test_two_that_run_one_sweep_leave_each_other_its_members(sweep):
    jobs = [subprocess.Popen(sweep.command(*sweep.sweep_arguments("run", iterations=3)), stderr=subprocess.PIPE,
                             text=True) for _ in range(2)]
    texts = [job.communicate(timeout=120)[1] for job in jobs]
    assert [job.returncode for job in jobs] == [0, 0], texts
    assert set(states(sweep, iterations=3).values()) == {"done"}


def test_a_killed_member_is_stopped_and_goes_on(sweep):
    job = start(sweep)
    wait_for_step(sweep.sweep_folder / IDS[0], 2)
    subprocess.run(["pkill", "-KILL", "-f", f"rocm-dist train.*{sweep.sweep_folder.parent.name}.*{IDS[0]}"], check=True)
    wait_for_step(sweep.sweep_folder / IDS[1], 1)
    job.send_signal(signal.SIGTERM)
    _, text = job.communicate(timeout=60)
    assert f"{IDS[0]}: killed, or it lost a rank," in text
    assert states(sweep, iterations=1000)[IDS[0]] == "stopped"
    again = sweep.run(*sweep.sweep_arguments("run", "--set", "run.seed=0", iterations=4))
    assert again.returncode == 0, again.stderr
    assert [line["step"] for line in metrics(sweep.sweep_folder / IDS[0])] == [1, 2, 3, 4]


def test_a_sweep_over_rewards_is_collected(sweep):
    rewards = '[[{name = "pickscore", path = "world/clip"}], [{name = "clipscore", path = "world/clip2"}]]'
    sweep.config.write_text(TINY + f"[sweep]\nreward = {rewards}\n")
    assert sweep.run(*sweep.sweep_arguments("run")).returncode == 0
    table = sweep.folder / "table.h5"
    done = sweep.run(*sweep.sweep_arguments("collect", "--output", table))
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["id"] for row in rows] == ["pickscore", "clipscore"]
    assert all(float(row["reward"]) and row["sweep.reward"].startswith("[{name") for row in rows)


def test_members_on_several_ranks_save_when_the_sweep_is_terminated(sweep):
    job = start(sweep, "--ranks", "2")
    wait_for_step(sweep.sweep_folder / IDS[0], 1)
    job.send_signal(signal.SIGTERM)
    _, text = job.communicate(timeout=60)
    assert job.returncode == 75, text
    done = metrics(sweep.sweep_folder / IDS[0])[-1]["step"]
    assert (sweep.sweep_folder / IDS[0] / f"checkpoints/step-{done:06}").exists()


def test_what_is_done_is_skipped_and_more_iterations_go_on(sweep):
    one = ["--set", "run.seed=0", "--set", "objective.divergence=kl"]
    assert sweep.run(*sweep.sweep_arguments("run", *one)).returncode == 0
    again = sweep.run(*sweep.sweep_arguments("run", *one))
    assert again.returncode == 0 and "started" not in again.stderr, again.stderr
    assert sweep.run(*sweep.sweep_arguments("run", *one, iterations=3)).returncode == 0
    assert [line["step"] for line in metrics(sweep.sweep_folder / IDS[0])] == [1, 2, 3]


def test_evaluations_are_collected(sweep):
    scores = '\n[[evaluation.score]]\nname = "shapes"\n'
    sweep.config.write_text(TINY + scores + '[sweep]\n"run.seed" = [0]\n')
    more = ["--set", "evaluation.every=2", "--set", "evaluation.images=2"]
    done = sweep.run(*sweep.sweep_arguments("run", *more))
    assert done.returncode == 0, done.stderr
    row = next(csv.DictReader(io.StringIO(
        sweep.run(*sweep.sweep_arguments("collect", *more)).stdout)))
    assert row["evaluation_step"] == "2"
    difference = float(row["shapes_policy"]) - float(row["shapes_base"])
    assert float(row["shapes_difference"]) == pytest.approx(difference)
    assert {"pickscore_base", "pickscore_policy", "pickscore_standard_error"} <= row.keys()


def test_a_failed_member_stops_no_other_and_is_told(sweep):
    sweep.config.write_text(TINY + '[sweep]\n"data.prompts" = ["none.txt", "world/prompts.txt"]\n')
    done = sweep.run(*sweep.sweep_arguments("run"))
    assert done.returncode == 3 and "none.txt" in done.stderr, done.stderr
    assert states(sweep) == {"prompts_none.txt": "failed", "prompts_world_prompts.txt": "done"}
    table = sweep.run(*sweep.sweep_arguments("collect"))
    assert table.returncode == 0 and "empty cells" in table.stderr
    rows = list(csv.DictReader(io.StringIO(table.stdout)))
    assert rows[0]["state"] == "failed" and rows[0]["reward"] == "" and rows[1]["reward"] != ""


def test_a_member_of_the_array_is_what_run_would_train(sweep):
    folder = sweep.folder / "the array's"
    done = sweep.run(*sweep.sweep_arguments("emit-slurm", "--output", folder))
    assert done.returncode == 0, done.stderr
    assert (folder / "members.txt").read_text().splitlines()[2].startswith("kl-s1 ")
    trained = sweep.run("train", "--config", folder / "kl-s1.toml")
    assert trained.returncode == 0, trained.stderr
    assert states(sweep)["kl-s1"] == "done"


@pytest.mark.parametrize(
    "table, words",
    [
        ('"objective.bta" = [1]', ["objective.bta", "did you mean objective.beta"]),
        ('"run.seed" = []', ["run.seed has no values"]),
        ('"run.seed" = [0, 0]', ["comes twice"]),
        ('"data.micro_batch" = [1, 3]', ["member micro_batch3", "does not divide"]),
        ('"run.seed" = ["\\u001b[2J"]', ["\\x1b[2J"]),
    ],
)
def test_a_wrong_sweep_exits_with_2_before_any_work(sweep, table, words):
    sweep.config.write_text(TINY + "[sweep]\n" + table + "\n")
    done = sweep.run(*sweep.sweep_arguments("run"))
    assert done.returncode == 2, done.stderr
    assert all(word in done.stderr for word in words), done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert not sweep.sweep_folder.exists()
