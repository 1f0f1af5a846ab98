"""What the batch scripts of slurm/ promise, on a real Slurm."""

import re

import pytest
from conftest import metrics, wait_until


@pytest.fixture
def submit(slurm, rocm):
    """Submits a script of slurm/ with the small world; the run goes to folder/out."""
    used = []

    def submit(script, *options, slurm=slurm, arguments=(), **settings):
        used.append(slurm)
        words = rocm.train_arguments("out", **settings)[1:]
        options = ["--ntasks-per-node=2", *options]
        log = rocm.folder / "job.log"
        return slurm.submit(log, *options, f"slurm/{script}", *arguments, *words)

    yield submit
    for cluster in used:  # whatever a failed test left
        cluster.cancel_all()


def result(run):
    return (run / "lora.safetensors").read_bytes()


def set_iterations(rocm, count):
    """In the file, which a job reads at every start."""
    text = re.sub(r"iterations = \d+", f"iterations = {count}", rocm.config.read_text())
    rocm.config.write_text(text)


@pytest.fixture
def endless(rocm, submit):
    """Submits a run that ends only when it was interrupted, however fast the machine is."""

    def endless(script, *options, **settings):
        set_iterations(rocm, 1000000)
        job = submit(script, *options, **settings)
        job.wait_for_step(rocm.folder / "out/run", 3)
        return job

    return endless


def assert_goes_on_to_the_same_bits(rocm, job):
    """After an interruption. While the job waits for its next start, the run gets an end."""
    run = rocm.folder / "out/run"
    job.wait_for("PENDING")
    set_iterations(rocm, len(metrics(run)) + 5)
    job.wait_for("COMPLETED")
    assert job.field("ExitCode") == "0:0" and job.field("Restarts") == "1"
    assert "restart 0" in job.text() and "going on after step" in job.text(), job.text()
    whole = rocm.train("whole")
    assert result(run) == result(whole)
    assert metrics(run) == metrics(whole)


def test_a_job_on_one_node_runs_to_its_end(rocm, submit):
    job = submit("train.sbatch")
    job.wait_for("COMPLETED")
    assert job.field("ExitCode") == "0:0" and job.field("Restarts") == "0"
    assert "DONE" in (rocm.folder / "out/run/log/rank-0000.log").read_text()


def test_a_warned_job_is_requeued_and_ends_with_the_same_bits(rocm, slurm, endless):
    job = endless("train.sbatch")
    slurm.command("scancel", "--batch", "--signal=USR1", job.number)
    assert_goes_on_to_the_same_bits(rocm, job)
    assert "mpirun ended with 75" in job.text(), job.text()


def test_the_time_limit_s_warning_comes_in_time(endless):
    """Slurm warns up to a minute earlier than asked: here 60 to 90 s after the start."""
    job = endless("train.sbatch", "--time=2", "--signal=B:USR1@30")
    job.wait_for("PENDING")
    assert "mpirun ended with 75" in job.text() and "TIME LIMIT" not in job.text(), job.text()


@pytest.mark.parametrize("script", ["train.sbatch", "train_nodes.sbatch"])
def test_preemption_with_a_warning_loses_no_step(rocm, slurm, endless, script):
    job = endless(script)
    slurm.preempt(rocm.folder)
    assert_goes_on_to_the_same_bits(rocm, job)
    assert "mpirun ended with 75" in job.text(), job.text()


@pytest.mark.parametrize("script", ["train.sbatch", "train_nodes.sbatch"])
def test_preemption_by_sigterm_goes_on_too(rocm, slurm_without_warning, endless, script):
    job = endless(script, slurm=slurm_without_warning)
    slurm_without_warning.preempt(rocm.folder)
    assert_goes_on_to_the_same_bits(rocm, job)


def test_two_nodes_give_the_bits_of_one(rocm, submit):
    job = submit("train_nodes.sbatch")
    job.wait_for("COMPLETED")
    hosts = (rocm.folder / "out/run/environment.json").read_text()
    assert '"n1"' in hosts and '"n2"' in hosts, hosts
    assert result(rocm.folder / "out/run") == result(rocm.train("alone"))


def test_the_tasks_of_an_array_make_runs_of_their_own(rocm, slurm, submit):
    members = rocm.folder / "members.txt"
    members.write_text("# name\n\nweak objective.beta=1\nstrong objective.beta=100 run.seed=3 # b\n")
    array = submit("sweep.sbatch", "--array=0-1", arguments=[members], run__iterations=40)
    out = rocm.folder / "out"
    array.task(1).wait_for_step(out / "strong", 3)
    # The last task's own number is that of the array: only this task may start again.
    slurm.command("scancel", "--batch", "--signal=USR1", f"{array.number}_1")
    for task, restarts in ((0, "0"), (1, "1")):
        array.task(task).wait_for("COMPLETED")
        assert array.task(task).field("Restarts") == restarts
    weak, strong = metrics(out / "weak"), metrics(out / "strong")
    assert [line["beta"] for line in (weak[0], strong[0])] == [1, 100]
    assert len(weak) == len(strong) == 40
    assert result(out / "weak") != result(out / "strong")


def test_a_task_without_a_member_is_told_so(rocm, submit):
    members = rocm.folder / "members.txt"
    members.write_text("only objective.beta=1\n")
    job = submit("sweep.sbatch", "--array=1", arguments=[members])
    job.wait_for("FAILED")
    assert job.field("ExitCode") == "2:0" and "no member 1" in job.text(), job.text()


def test_the_array_of_a_sweep_trains_every_member_and_refuses_others(rocm, slurm):
    rocm.config.write_text(rocm.config.read_text() + '[sweep]\n"run.seed" = [0, 1]\n')
    folder = rocm.folder / "the array's"
    output = ["--set", f"run.output={rocm.folder / 'out'}", "--set", "run.iterations=40"]
    done = rocm.run("sweep", "emit-slurm", "--config", rocm.config, *output, "--output", folder)
    assert done.returncode == 0, done.stderr
    log = rocm.folder / "job-%a.log"
    array = slurm.submit(log, "--array=0-2", folder / "sweep.sbatch")
    members = rocm.folder / "out/run"
    array.task(1).wait_for_step(members / "s1", 3)
    slurm.command("scancel", "--batch", "--signal=USR1", f"{array.number}_1")
    for task in (0, 1):
        array.task(task).wait_for("COMPLETED")
    array.task(2).wait_for("FAILED")
    assert array.task(2).field("ExitCode") == "2:0"
    assert len(metrics(members / "s0")) == len(metrics(members / "s1")) == 40
    status = rocm.run("sweep", "status", "--config", rocm.config, *output)
    assert status.stdout.endswith("2 members: 2 done\n"), status.stdout


def test_a_bad_configuration_fails_once_with_the_programs_code(rocm, submit):
    job = submit("train.sbatch", objective__betta=1)
    job.wait_for("FAILED")
    assert job.field("ExitCode") == "2:0" and job.field("Restarts") == "0"
    assert job.text().count("unknown key") == 1, job.text()


def test_a_cancelled_job_saves_and_stays_cancelled(rocm, slurm, endless):
    job = endless("train.sbatch", checkpoint__every=0)
    slurm.command("scancel", job.number)
    wait_until("the end", lambda: slurm.command("squeue", "-h", "-j", job.number) == "")
    assert job.field("JobState") == "CANCELLED" and job.field("Restarts") == "0"
    run = rocm.folder / "out/run"
    last = metrics(run)[-1]["step"]
    assert (run / f"checkpoints/step-{last:06}/MANIFEST.sha256").exists()
